import unittest

from botocore.exceptions import WaiterError
from worlds import NODE_TYPE, PAIR, STILL, client, let_pass, let_pass_until, post, refusal_of

CLUSTER = dict(Engine="memcached", CacheNodeType=NODE_TYPE, NumCacheNodes=1)
NOW = {"Delay": 0, "MaxAttempts": 3}
"""The clock stands still meanwhile, so what is not so at once will not be."""


class Waiters(unittest.TestCase):
    """botocore's waiters"""

    def setUp(self):
        self.still = client(STILL, region="us-west-1")

    def wait(self, waiter, **what):
        self.still.get_waiter(waiter).wait(**what, WaiterConfig=NOW)

    def failure(self, waiter, **what):
        with self.assertRaises(WaiterError) as caught:
            self.wait(waiter, **what)
        return str(caught.exception)

    def in_vain(self, waiter, **what):
        self.assertIn("Max attempts exceeded", self.failure(waiter, **what))

    def group(self, name):
        return self.still.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]

    def test_wait_in_vain_while_a_resource_is_on_its_way(self):
        still = self.still
        still.create_cache_cluster(CacheClusterId="slow", **CLUSTER)
        still.create_replication_group(ReplicationGroupId="slow-too", **PAIR)
        self.in_vain("cache_cluster_available", CacheClusterId="slow")
        self.in_vain("replication_group_available", ReplicationGroupId="slow-too")
        let_pass(10)
        self.wait("cache_cluster_available", CacheClusterId="slow")
        self.wait("replication_group_available", ReplicationGroupId="slow-too")

    def test_take_the_available_of_a_deleted_cluster_for_a_failure(self):
        still = self.still
        still.create_cache_cluster(CacheClusterId="lingering", **CLUSTER)
        let_pass(10)
        still.delete_cache_cluster(CacheClusterId="lingering")
        failure = self.failure("cache_cluster_deleted", CacheClusterId="lingering")
        self.assertIn('matched expected path: "available"', failure)
        let_pass(10)
        self.wait("cache_cluster_deleted", CacheClusterId="lingering")

    def test_take_what_is_not_there_for_deleted_and_never_for_available(self):
        self.wait("cache_cluster_deleted", CacheClusterId="nowhere")
        self.wait("replication_group_deleted", ReplicationGroupId="nowhere")
        self.assertIn("(CacheClusterNotFound)", self.failure("cache_cluster_available", CacheClusterId="nowhere"))
        self.assertIn(
            "(ReplicationGroupNotFoundFault)", self.failure("replication_group_available", ReplicationGroupId="nowhere")
        )

    def test_do_not_see_that_a_group_could_not_be_made_which_only_events_explain(self):
        still = self.still
        post(STILL, "/_faults", {"action": "CreateReplicationGroup", "id": "doomed", "do": "createFailed"})
        still.create_replication_group(ReplicationGroupId="doomed", **PAIR)
        let_pass(10)
        self.in_vain("replication_group_available", ReplicationGroupId="doomed")
        self.assertEqual(self.group("doomed")["Status"], "create-failed")
        events = still.describe_events(SourceType="replication-group", SourceIdentifier="doomed")["Events"]
        self.assertIn("an ordered fault", events[-1]["Message"])
        with self.assertRaises(still.exceptions.ReplicationGroupAlreadyExistsFault):
            still.create_replication_group(ReplicationGroupId="doomed", **PAIR)
        still.delete_replication_group(ReplicationGroupId="doomed")
        let_pass(10)
        self.wait("replication_group_deleted", ReplicationGroupId="doomed")

    def test_end_at_once_for_a_cluster_that_could_not_be_made(self):
        post(STILL, "/_faults", {"action": "CreateCacheCluster", "id": "impossible", "do": "createFailed"})
        self.still.create_cache_cluster(CacheClusterId="impossible", **CLUSTER)
        let_pass(10)
        failure = self.failure("cache_cluster_available", CacheClusterId="impossible")
        self.assertIn('matched expected path: "incompatible-network"', failure)

    def test_call_a_group_available_whose_new_member_is_not(self):
        still = self.still
        still.create_replication_group(ReplicationGroupId="growing", **PAIR)
        let_pass(10)
        still.increase_replica_count(ReplicationGroupId="growing", NewReplicaCount=2, ApplyImmediately=True)
        self.in_vain("replication_group_available", ReplicationGroupId="growing")
        let_pass_until("available group", lambda: self.group("growing")["Status"] == "available")
        self.wait("replication_group_available", ReplicationGroupId="growing")
        self.in_vain("cache_cluster_available", CacheClusterId="growing-003")
        with self.assertRaises(still.exceptions.InvalidCacheClusterStateFault) as caught:
            still.modify_replication_group(
                ReplicationGroupId="growing", CacheNodeType="cache.t4g.medium", ApplyImmediately=True
            )
        self.assertEqual(refusal_of(caught), ("InvalidCacheClusterState", 400))
        let_pass(10)
        self.wait("cache_cluster_available", CacheClusterId="growing-003")
