import unittest

from botocore.exceptions import ClientError
from worlds import STILL, client, let_pass, let_pass_until, refusal_of


class ServerlessCaches(unittest.TestCase):
    """serverless caches, by boto3"""

    def setUp(self):
        self.still = client(STILL, region="ca-central-1")

    def shown(self, name):
        [cache] = self.still.describe_serverless_caches(ServerlessCacheName=name)["ServerlessCaches"]
        return cache

    def status(self, name):
        return self.shown(name)["Status"]

    def make(self, name, **more):
        made = self.still.create_serverless_cache(ServerlessCacheName=name, Engine="valkey", **more)
        let_pass(10)
        return made["ServerlessCache"]["ARN"]

    def test_live_from_create_to_delete(self):
        still = self.still
        made = still.create_serverless_cache(ServerlessCacheName="Life", Engine="valkey", Description="before")
        made = made["ServerlessCache"]
        self.assertEqual((made["ServerlessCacheName"], made["Status"]), ("life", "creating"))
        self.assertEqual(made["ARN"], "arn:aws:elasticache:ca-central-1:123456789012:serverlesscache:life")
        self.assertFalse({"Endpoint", "ReaderEndpoint"} & made.keys())
        let_pass(10)
        made = self.shown("life")
        self.assertEqual((made["Status"], made["Description"]), ("available", "before"))
        self.assertEqual((made["Endpoint"]["Port"], made["ReaderEndpoint"]["Port"]), (6379, 6380))

        changing = still.modify_serverless_cache(ServerlessCacheName="life", Description="after")["ServerlessCache"]
        self.assertEqual((changing["Status"], changing["Description"]), ("modifying", "before"))
        self.assertEqual(changing["Endpoint"], made["Endpoint"])
        let_pass(10)
        self.assertEqual(self.shown("life"), {**made, "Description": "after"})

        going = still.delete_serverless_cache(ServerlessCacheName="life")["ServerlessCache"]
        self.assertEqual(going["Status"], "deleting")
        self.assertEqual(self.status("life"), "available")
        let_pass_until("a cache that is going", lambda: self.status("life") == "deleting")
        self.assertFalse({"Endpoint", "ReaderEndpoint"} & self.shown("life").keys())
        let_pass(10)
        with self.assertRaises(still.exceptions.ServerlessCacheNotFoundFault) as caught:
            self.shown("life")
        self.assertEqual(refusal_of(caught), ("ServerlessCacheNotFoundFault", 404))
        events = still.describe_events(SourceType="serverless-cache", SourceIdentifier="life")["Events"]
        self.assertEqual(
            [event["Message"] for event in events],
            ["Cache life is created and ready for use", "Cache life updated", "Cache life deleted"],
        )

    def test_being_made_refuse_what_needs_them_available(self):
        still = self.still
        still.create_serverless_cache(ServerlessCacheName="busy", Engine="valkey")
        name = dict(ServerlessCacheName="busy")
        for refused in (
            lambda: still.modify_serverless_cache(**name, Description="later"),
            lambda: still.delete_serverless_cache(**name),
            lambda: still.create_serverless_cache_snapshot(**name, ServerlessCacheSnapshotName="early"),
        ):
            with self.assertRaises(still.exceptions.InvalidServerlessCacheStateFault) as caught:
                refused()
            self.assertEqual(refusal_of(caught), ("InvalidServerlessCacheStateFault", 400))
        let_pass(10)

    def test_change_one_field_at_a_time(self):
        self.make("single", CacheUsageLimits={"DataStorage": {"Maximum": 10, "Unit": "GB"}})
        with self.assertRaises(ClientError) as caught:
            self.still.modify_serverless_cache(
                ServerlessCacheName="single", Description="new", SnapshotRetentionLimit=3
            )
        self.assertEqual(refusal_of(caught), ("InvalidParameterCombination", 400))
        limits = {"DataStorage": {"Maximum": 20, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 5000}}
        self.still.modify_serverless_cache(ServerlessCacheName="single", CacheUsageLimits=limits)
        let_pass(10)
        self.assertEqual(self.shown("single")["CacheUsageLimits"], limits)

    def test_have_a_name_once(self):
        self.make("once")
        with self.assertRaises(self.still.exceptions.ServerlessCacheAlreadyExistsFault) as caught:
            self.make("Once")
        self.assertEqual(refusal_of(caught), ("ServerlessCacheAlreadyExistsFault", 400))

    def test_have_tags_while_they_are_available(self):
        still = self.still
        arn = self.make("tagged", Tags=[{"Key": "team", "Value": "red"}])
        still.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "stage", "Value": "test"}])
        still.remove_tags_from_resource(ResourceName=arn, TagKeys=["team"])
        self.assertEqual(still.list_tags_for_resource(ResourceName=arn)["TagList"], [{"Key": "stage", "Value": "test"}])
        still.modify_serverless_cache(ServerlessCacheName="tagged", Description="changing")
        with self.assertRaises(still.exceptions.InvalidServerlessCacheStateFault):
            still.list_tags_for_resource(ResourceName=arn)
        let_pass(10)
        still.delete_serverless_cache(ServerlessCacheName="tagged")
        let_pass(10)
        with self.assertRaises(still.exceptions.ServerlessCacheNotFoundFault):
            still.list_tags_for_resource(ResourceName=arn)

    def test_and_their_snapshots_come_in_pages_by_token(self):
        still = client(STILL, region="eu-west-3")
        names = ["a", "b", "c", "d", "e"]
        for name in names:
            still.create_serverless_cache(ServerlessCacheName=name, Engine="redis")
        let_pass(10)
        for name in names:
            still.create_serverless_cache_snapshot(ServerlessCacheName=name, ServerlessCacheSnapshotName=f"of-{name}")
        let_pass(10)

        def pages(operation, members, naming):
            found = still.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2})
            return [[one[naming] for one in page[members]] for page in found]

        self.assertEqual(
            pages("describe_serverless_caches", "ServerlessCaches", "ServerlessCacheName"),
            [["a", "b"], ["c", "d"], ["e"]],
        )
        self.assertEqual(
            pages("describe_serverless_cache_snapshots", "ServerlessCacheSnapshots", "ServerlessCacheSnapshotName"),
            [["of-a", "of-b"], ["of-c", "of-d"], ["of-e"]],
        )
        for describe in (still.describe_serverless_caches, still.describe_serverless_cache_snapshots):
            with self.assertRaises(ClientError) as caught:
                describe(MaxResults=51)
            self.assertEqual(refusal_of(caught), ("InvalidParameterValue", 400))


class ServerlessSnapshots(unittest.TestCase):
    """snapshots of serverless caches, by boto3"""

    def setUp(self):
        self.still = client(STILL, region="eu-west-2")

    def make(self, name):
        self.still.create_serverless_cache(ServerlessCacheName=name, Engine="redis")
        let_pass(10)

    def shown(self, name):
        found = self.still.describe_serverless_cache_snapshots(ServerlessCacheSnapshotName=name)
        [snapshot] = found["ServerlessCacheSnapshots"]
        return snapshot

    def test_are_made_copied_and_deleted(self):
        still = self.still
        self.make("model")
        made = still.create_serverless_cache_snapshot(
            ServerlessCacheName="model", ServerlessCacheSnapshotName="First", Tags=[{"Key": "team", "Value": "red"}]
        )["ServerlessCacheSnapshot"]
        self.assertEqual((made["ServerlessCacheSnapshotName"], made["Status"]), ("first", "creating"))
        copying = dict(SourceServerlessCacheSnapshotName="first", TargetServerlessCacheSnapshotName="second")
        with self.assertRaises(still.exceptions.InvalidServerlessCacheSnapshotStateFault) as caught:
            still.copy_serverless_cache_snapshot(**copying)
        self.assertEqual(refusal_of(caught), ("InvalidServerlessCacheSnapshotStateFault", 400))
        let_pass(10)
        first = self.shown("first")
        self.assertEqual((first["Status"], first["SnapshotType"]), ("available", "manual"))
        self.assertEqual(
            first["ServerlessCacheConfiguration"],
            {"ServerlessCacheName": "model", "Engine": "redis", "MajorEngineVersion": "7"},
        )
        tags = still.list_tags_for_resource(ResourceName=first["ARN"])["TagList"]
        self.assertEqual(tags, [{"Key": "team", "Value": "red"}])

        copy = still.copy_serverless_cache_snapshot(**copying)["ServerlessCacheSnapshot"]
        self.assertEqual(copy["Status"], "copying")
        let_pass(10)
        gone = still.delete_serverless_cache_snapshot(ServerlessCacheSnapshotName="first")["ServerlessCacheSnapshot"]
        self.assertEqual(gone["Status"], "deleting")
        let_pass(10)
        with self.assertRaises(still.exceptions.ServerlessCacheSnapshotNotFoundFault) as caught:
            self.shown("first")
        self.assertEqual(refusal_of(caught), ("ServerlessCacheSnapshotNotFoundFault", 404))
        self.assertEqual(self.shown("second")["Status"], "available")

    def test_outlive_their_cache_when_they_are_final(self):
        still = self.still
        self.make("brief")
        still.delete_serverless_cache(ServerlessCacheName="brief", FinalSnapshotName="last")
        let_pass_until("the cache's end", lambda: self.is_gone("brief"))
        self.assertEqual(self.shown("last")["Status"], "available")
        left = still.describe_serverless_cache_snapshots(ServerlessCacheName="brief")["ServerlessCacheSnapshots"]
        self.assertEqual([one["ServerlessCacheSnapshotName"] for one in left], ["last"])

    def is_gone(self, name):
        try:
            self.still.describe_serverless_caches(ServerlessCacheName=name)
            return False
        except self.still.exceptions.ServerlessCacheNotFoundFault:
            return True

    def test_are_restored_only_where_they_are(self):
        still = self.still
        self.make("home")
        still.create_serverless_cache_snapshot(ServerlessCacheName="home", ServerlessCacheSnapshotName="local")
        let_pass(10)
        arn = self.shown("local")["ARN"]
        for other in (
            arn.replace("local", "nowhere"),
            arn.replace("eu-west-2", "eu-west-1"),
            arn.replace("123456789012", "210987654321"),
            arn.replace("elasticache", "rds"),
        ):
            with self.subTest(other), self.assertRaises(ClientError) as caught:
                still.create_serverless_cache(
                    ServerlessCacheName="abroad", Engine="redis", SnapshotArnsToRestore=[other]
                )
            self.assertEqual(refusal_of(caught), ("InvalidParameterValue", 400))
        still.create_serverless_cache(ServerlessCacheName="restored", Engine="redis", SnapshotArnsToRestore=[arn])
