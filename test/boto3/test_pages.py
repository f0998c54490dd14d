import unittest

from botocore.exceptions import ClientError
from worlds import NODE_TYPE, STILL, client, let_pass, refusal_of

NUMBERS = range(23)


class Pages(unittest.TestCase):
    """pages by marker, as botocore's paginators turn them"""

    @classmethod
    def setUpClass(cls):
        cls.still = client(STILL, region="eu-north-1")
        for number in NUMBERS:
            cls.still.create_replication_group(
                ReplicationGroupId=f"group-{number:02}",
                ReplicationGroupDescription="one of many",
                Engine="redis",
                CacheNodeType=NODE_TYPE,
                NumCacheClusters=1,
            )
            cls.still.create_cache_parameter_group(
                CacheParameterGroupName=f"settings-{number:02}", CacheParameterGroupFamily="redis7", Description="d"
            )
            cls.still.create_user(
                UserId=f"user-{number:02}",
                UserName=f"user-{number:02}",
                Engine="redis",
                AccessString="on ~* +@read",
                NoPasswordRequired=True,
            )
            cls.still.create_user_group(UserGroupId=f"team-{number:02}", Engine="redis", UserIds=["default"])
        let_pass(10)
        for number in NUMBERS:
            cls.still.create_snapshot(CacheClusterId=f"group-{number:02}-001", SnapshotName=f"copy-{number:02}")
        let_pass(10)

    def pages(self, operation, size, **what):
        pages = self.still.get_paginator(operation).paginate(**what, PaginationConfig={"PageSize": size})
        return [pages.result_keys[0].search(page) for page in pages]

    def turn(self, operation, **what):
        """Nothing is missed, nothing comes twice, and the order is that of a list in larger pages."""
        found = self.pages(operation, 20, **what)
        self.assertGreater(len(found), 1)
        self.assertEqual([len(page) for page in found[:-1]], [20] * (len(found) - 1))
        every = [one for page in found for one in page]
        self.assertEqual(every, [one for page in self.pages(operation, 50, **what) for one in page])
        return every

    def names(self, operation, naming, **what):
        return [one[naming] for one in self.turn(operation, **what)]

    def test_of_replication_groups_and_their_clusters(self):
        groups = [f"group-{number:02}" for number in NUMBERS]
        self.assertEqual(self.names("describe_replication_groups", "ReplicationGroupId"), groups)
        members = [f"{group}-001" for group in groups]
        self.assertEqual(self.names("describe_cache_clusters", "CacheClusterId", ShowCacheNodeInfo=True), members)

    def test_of_snapshots(self):
        copies = [f"copy-{number:02}" for number in NUMBERS]
        self.assertEqual(self.names("describe_snapshots", "SnapshotName"), copies)

    def test_of_users_and_user_groups(self):
        users = ["default", *(f"user-{number:02}" for number in NUMBERS)]
        self.assertEqual(self.names("describe_users", "UserId"), users)
        teams = [f"team-{number:02}" for number in NUMBERS]
        self.assertEqual(self.names("describe_user_groups", "UserGroupId"), teams)

    def test_of_parameter_groups_and_parameters(self):
        groups = self.names("describe_cache_parameter_groups", "CacheParameterGroupName")
        self.assertLessEqual({f"settings-{number:02}" for number in NUMBERS}, set(groups))
        parameters = self.names("describe_cache_parameters", "ParameterName", CacheParameterGroupName="settings-00")
        self.assertEqual(len(parameters), len(set(parameters)))
        defaults = self.names(
            "describe_engine_default_parameters", "ParameterName", CacheParameterGroupFamily="memcached1.6"
        )
        self.assertIn("max_item_size", defaults)

    def test_of_events_and_engine_versions(self):
        told = self.turn("describe_events", SourceType="replication-group", Duration=60)
        self.assertEqual({event["SourceIdentifier"] for event in told}, {f"group-{number:02}" for number in NUMBERS})
        versions = self.turn("describe_cache_engine_versions")
        self.assertEqual({version["Engine"] for version in versions}, {"memcached", "redis", "valkey"})

    def test_have_their_sizes_and_markers_checked(self):
        for asked in (dict(MaxRecords=19), dict(MaxRecords=101), dict(Marker="no marker")):
            with self.subTest(asked), self.assertRaises(ClientError) as caught:
                self.still.describe_replication_groups(**asked)
            self.assertEqual(refusal_of(caught), ("InvalidParameterValue", 400))
        # Snapshots have a limit of their own.
        with self.assertRaises(ClientError) as caught:
            self.still.describe_snapshots(MaxRecords=51)
        self.assertEqual(refusal_of(caught), ("InvalidParameterValue", 400))
