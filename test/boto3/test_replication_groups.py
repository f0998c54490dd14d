import unittest

from botocore.exceptions import ClientError, WaiterError
from worlds import NODE_TYPE, PAIR, QUICK, QUICKLY, STILL, client, let_pass, until


class ReplicationGroups(unittest.TestCase):
    """replication groups, by boto3"""

    def setUp(self):
        self.quick = client(QUICK)

    def test_live_from_create_to_delete_by_their_waiters(self):
        quick = self.quick
        made = quick.create_replication_group(ReplicationGroupId="life", **PAIR)["ReplicationGroup"]
        self.assertEqual((made["Status"], made["MemberClusters"]), ("creating", ["life-001", "life-002"]))
        quick.get_waiter("replication_group_available").wait(ReplicationGroupId="life", WaiterConfig=QUICKLY)
        [group] = quick.describe_replication_groups(ReplicationGroupId="life")["ReplicationGroups"]
        self.assertEqual(group["Status"], "available")
        [shard] = group["NodeGroups"]
        self.assertEqual(shard["PrimaryEndpoint"]["Port"], 6379)
        self.assertEqual({member["CurrentRole"] for member in shard["NodeGroupMembers"]}, {"primary", "replica"})

        until("members that are available", lambda: self.members_are("available"))
        quick.modify_replication_group(
            ReplicationGroupId="life", PreferredMaintenanceWindow="Mon:05:00-Mon:06:00", ApplyImmediately=True
        )
        quick.get_waiter("replication_group_available").wait(ReplicationGroupId="life", WaiterConfig=QUICKLY)
        [member] = quick.describe_cache_clusters(CacheClusterId="life-001")["CacheClusters"]
        self.assertEqual(member["PreferredMaintenanceWindow"], "mon:05:00-mon:06:00")

        until("members that are available", lambda: self.members_are("available"))
        quick.delete_replication_group(ReplicationGroupId="life")
        # A deleted group still reads as available for a moment, and the waiter takes that for a failure.
        until("a group that is going", lambda: self.status() != "available")
        quick.get_waiter("replication_group_deleted").wait(ReplicationGroupId="life", WaiterConfig=QUICKLY)
        self.assertEqual(self.status(), "gone")

    def members_are(self, status):
        clusters = self.quick.describe_cache_clusters()["CacheClusters"]
        return all(one["CacheClusterStatus"] == status for one in clusters if one.get("ReplicationGroupId") == "life")

    def status(self):
        try:
            return self.quick.describe_replication_groups(ReplicationGroupId="life")["ReplicationGroups"][0]["Status"]
        except self.quick.exceptions.ReplicationGroupNotFoundFault:
            return "gone"

    def test_deleted_a_moment_ago_still_read_as_available_which_the_waiter_takes_for_a_failure(self):
        still = client(STILL)
        still.create_replication_group(ReplicationGroupId="lingering", **PAIR)
        let_pass(10)
        still.delete_replication_group(ReplicationGroupId="lingering")
        with self.assertRaises(WaiterError) as caught:
            still.get_waiter("replication_group_deleted").wait(ReplicationGroupId="lingering", WaiterConfig=QUICKLY)
        self.assertIn("available", str(caught.exception))
        let_pass(10)
        still.get_waiter("replication_group_deleted").wait(ReplicationGroupId="lingering", WaiterConfig=QUICKLY)

    def test_being_made_refuse_changes_with_code_and_status(self):
        still = client(STILL)
        still.create_replication_group(ReplicationGroupId="busy", **PAIR)
        with self.assertRaises(ClientError) as caught:
            still.modify_replication_group(ReplicationGroupId="busy", CacheNodeType="cache.r6g.large")
        answer = caught.exception.response
        self.assertEqual(answer["Error"]["Code"], "InvalidReplicationGroupState")
        self.assertEqual(answer["Error"]["Message"], "Replication group must be in available state to modify.")
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 400)
        let_pass(10)

    def test_in_cluster_mode_have_one_endpoint_and_grow_by_shards_and_replicas(self):
        still = client(STILL, region="us-east-2")
        still.create_replication_group(
            ReplicationGroupId="sharded",
            ReplicationGroupDescription="shards",
            Engine="valkey",
            CacheNodeType=NODE_TYPE,
            CacheParameterGroupName="default.valkey8.cluster.on",
            AutomaticFailoverEnabled=True,
            NumNodeGroups=2,
            ReplicasPerNodeGroup=1,
        )
        let_pass(10)

        def shards():
            [group] = still.describe_replication_groups(ReplicationGroupId="sharded")["ReplicationGroups"]
            self.assertEqual((group["Status"], group["ClusterEnabled"]), ("available", True))
            self.assertEqual(group["ConfigurationEndpoint"]["Port"], 6379)
            for shard in group["NodeGroups"]:
                self.assertNotIn("PrimaryEndpoint", shard)
            return [(shard["Slots"], len(shard["NodeGroupMembers"])) for shard in group["NodeGroups"]]

        self.assertEqual(shards(), [("0-8191", 2), ("8192-16383", 2)])
        still.increase_replica_count(ReplicationGroupId="sharded", NewReplicaCount=2, ApplyImmediately=True)
        let_pass(10)
        still.modify_replication_group_shard_configuration(
            ReplicationGroupId="sharded", NodeGroupCount=3, ApplyImmediately=True
        )
        let_pass(10)
        self.assertEqual([members for _, members in shards()], [3, 3, 3])

    def test_unknown_are_not_found_with_404(self):
        with self.assertRaises(self.quick.exceptions.ReplicationGroupNotFoundFault) as caught:
            self.quick.describe_replication_groups(ReplicationGroupId="nowhere")
        self.assertEqual(caught.exception.response["Error"]["Code"], "ReplicationGroupNotFoundFault")
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 404)
