import unittest

from servers import redis
from worlds import NODE_TYPE, QUICKLY, REAL, authority, client, until


class Snapshots(unittest.TestCase):
    """snapshots of real servers, by boto3"""

    def test_bring_the_data_back_with_its_times_to_live(self):
        real = client(REAL)
        cluster = dict(Engine="redis", CacheNodeType=NODE_TYPE, NumCacheNodes=1)
        real.create_cache_cluster(CacheClusterId="source", **cluster)
        endpoint = self.endpoint(real, "source")
        self.assertEqual(redis(endpoint, "SET", "kept", "for ever"), "+OK")
        self.assertEqual(redis(endpoint, "SET", "brief", "x", "EX", "10000"), "+OK")
        real.create_snapshot(CacheClusterId="source", SnapshotName="copy")
        self.assertEqual(self.snapshot(real, "copy")["NodeSnapshots"][0]["CacheNodeId"], "0001")

        real.create_cache_cluster(CacheClusterId="restored", SnapshotName="copy", **cluster)
        endpoint = self.endpoint(real, "restored")
        self.assertEqual(redis(endpoint, "GET", "kept"), "for ever")
        self.assertIn(int(redis(endpoint, "TTL", "brief").removeprefix(":")), range(9000, 10001))

    def endpoint(self, real, name):
        real.get_waiter("cache_cluster_available").wait(CacheClusterId=name, WaiterConfig=QUICKLY)
        [cluster] = real.describe_cache_clusters(CacheClusterId=name, ShowCacheNodeInfo=True)["CacheClusters"]
        return cluster["CacheNodes"][0]["Endpoint"]

    def snapshot(self, real, name):
        """A snapshot, once it is whole."""

        def available():
            [snapshot] = real.describe_snapshots(SnapshotName=name)["Snapshots"]
            return snapshot["SnapshotStatus"] == "available" and snapshot

        return until(f"the snapshot {name}", available)

    def test_of_a_sharded_group_fill_another_and_a_serverless_cache_also_when_they_are_copies(self):
        real = client(REAL, region="eu-west-1")
        group = dict(
            ReplicationGroupDescription="shards",
            Engine="valkey",
            CacheNodeType=NODE_TYPE,
            CacheParameterGroupName="default.valkey8.cluster.on",
            AutomaticFailoverEnabled=True,
            NumNodeGroups=2,
            ReplicasPerNodeGroup=0,
        )
        real.create_replication_group(ReplicationGroupId="source", **group)
        endpoint = self.configuration_endpoint(real, "source")
        # These lie in different shards.
        values = {"foo": "in the second", "bar": "in the first"}
        for key, value in values.items():
            self.assertEqual(redis(endpoint, "SET", key, value), "+OK")
        real.create_snapshot(ReplicationGroupId="source", SnapshotName="first")
        pieces = self.snapshot(real, "first")["NodeSnapshots"]
        self.assertEqual([piece["NodeGroupId"] for piece in pieces], ["0001", "0002"])
        real.copy_snapshot(SourceSnapshotName="first", TargetSnapshotName="second")
        arn = self.snapshot(real, "second")["ARN"]
        real.delete_snapshot(SnapshotName="first")

        real.create_replication_group(ReplicationGroupId="restored", SnapshotName="second", **group)
        endpoint = self.configuration_endpoint(real, "restored")
        self.assertEqual({key: redis(endpoint, "GET", key) for key in values}, values)
        # While it fills the group it is restoring, and fills nothing else.
        self.snapshot(real, "second")
        real.create_serverless_cache(ServerlessCacheName="restored", Engine="valkey", SnapshotArnsToRestore=[arn])
        endpoint = self.serverless_endpoint(real, "restored")
        found = {key: redis(endpoint, "GET", key, authority=authority(REAL)) for key in values}
        self.assertEqual(found, values)

    def configuration_endpoint(self, real, name):
        real.get_waiter("replication_group_available").wait(ReplicationGroupId=name, WaiterConfig=QUICKLY)
        # Members lag behind, and a snapshot needs them all.
        real.get_waiter("cache_cluster_available").wait(WaiterConfig=QUICKLY)
        [group] = real.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
        return group["ConfigurationEndpoint"]

    def serverless_endpoint(self, real, name):
        def endpoint():
            [cache] = real.describe_serverless_caches(ServerlessCacheName=name)["ServerlessCaches"]
            return cache["Status"] == "available" and cache["Endpoint"]

        return until(f"the serverless cache {name}", endpoint)
