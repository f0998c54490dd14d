import unittest

from worlds import NODE_TYPE, QUICK, QUICKLY, client, until


class Memcached(unittest.TestCase):
    """memcached clusters, by boto3"""

    def setUp(self):
        self.quick = client(QUICK, region="eu-west-1")

    def shown(self, name):
        [cluster] = self.quick.describe_cache_clusters(CacheClusterId=name, ShowCacheNodeInfo=True)["CacheClusters"]
        return cluster

    def test_live_from_create_to_delete_by_their_waiters(self):
        quick = self.quick
        quick.create_cache_cluster(CacheClusterId="pages", Engine="memcached", CacheNodeType=NODE_TYPE, NumCacheNodes=3)
        quick.get_waiter("cache_cluster_available").wait(CacheClusterId="pages", WaiterConfig=QUICKLY)
        cluster = self.shown("pages")
        self.assertEqual([node["CacheNodeId"] for node in cluster["CacheNodes"]], ["0001", "0002", "0003"])
        self.assertEqual(cluster["ConfigurationEndpoint"]["Port"], 11211)

        quick.modify_cache_cluster(
            CacheClusterId="pages", NumCacheNodes=2, CacheNodeIdsToRemove=["0002"], ApplyImmediately=True
        )
        quick.get_waiter("cache_cluster_available").wait(CacheClusterId="pages", WaiterConfig=QUICKLY)
        self.assertEqual([node["CacheNodeId"] for node in self.shown("pages")["CacheNodes"]], ["0001", "0003"])

        quick.delete_cache_cluster(CacheClusterId="pages")
        # As with groups, a delete reads as available for a moment, which the waiter takes for a failure.
        until("a cluster that is going", self.is_going)
        quick.get_waiter("cache_cluster_deleted").wait(CacheClusterId="pages", WaiterConfig=QUICKLY)
        with self.assertRaises(quick.exceptions.CacheClusterNotFoundFault):
            self.shown("pages")

    def is_going(self):
        try:
            return self.shown("pages")["CacheClusterStatus"] != "available"
        except self.quick.exceptions.CacheClusterNotFoundFault:
            return True

    def test_have_no_snapshots(self):
        quick = self.quick
        quick.create_cache_cluster(CacheClusterId="plain", Engine="memcached", CacheNodeType=NODE_TYPE, NumCacheNodes=1)
        quick.get_waiter("cache_cluster_available").wait(CacheClusterId="plain", WaiterConfig=QUICKLY)
        with self.assertRaises(quick.exceptions.SnapshotFeatureNotSupportedFault):
            quick.create_snapshot(CacheClusterId="plain", SnapshotName="never")
