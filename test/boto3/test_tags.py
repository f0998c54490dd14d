import unittest

from worlds import NODE_TYPE, STILL, client, let_pass, refusal_of

RED = {"Key": "team", "Value": "red"}
TEST = {"Key": "stage", "Value": "test"}
ARN = "arn:aws:elasticache:eu-south-1:123456789012"


class Tags(unittest.TestCase):
    """tags, by boto3"""

    def setUp(self):
        self.still = client(STILL, region="eu-south-1")

    def tags(self, arn):
        return self.still.list_tags_for_resource(ResourceName=arn)["TagList"]

    def test_of_a_group_reach_its_members_and_keep_it_busy_for_a_moment(self):
        still = self.still
        group = still.create_replication_group(
            ReplicationGroupId="tagged",
            ReplicationGroupDescription="d",
            Engine="redis",
            CacheNodeType=NODE_TYPE,
            NumCacheClusters=2,
            Tags=[RED],
        )["ReplicationGroup"]
        self.assertEqual(group["ARN"], f"{ARN}:replicationgroup:tagged")
        with self.assertRaises(still.exceptions.InvalidReplicationGroupStateFault) as caught:
            self.tags(group["ARN"])
        self.assertEqual(refusal_of(caught), ("InvalidReplicationGroupState", 400))
        self.assertIn("Cluster not in available state to perform tagging operations.", str(caught.exception))
        let_pass(10)
        self.assertEqual(self.tags(group["ARN"]), [RED])
        added = still.add_tags_to_resource(ResourceName=group["ARN"], Tags=[TEST])["TagList"]
        self.assertEqual(added, [RED, TEST])
        [busy] = still.describe_replication_groups(ReplicationGroupId="tagged")["ReplicationGroups"]
        self.assertEqual(busy["Status"], "modifying")
        let_pass(10)
        self.assertEqual(self.tags(f"{ARN}:cluster:tagged-002"), [RED, TEST])
        still.remove_tags_from_resource(ResourceName=group["ARN"], TagKeys=["team"])
        let_pass(10)
        self.assertEqual(self.tags(group["ARN"]), [TEST])
        self.assertEqual(self.tags(f"{ARN}:cluster:tagged-002"), [TEST])

    def test_of_a_user_wait_until_it_is_active(self):
        still = self.still
        arn = still.create_user(
            UserId="tagged", UserName="tagged", Engine="redis", AccessString="on ~* +get", NoPasswordRequired=True
        )["ARN"]
        let_pass(10)
        still.add_tags_to_resource(ResourceName=arn, Tags=[RED])
        self.assertEqual(self.tags(arn), [RED])
        still.modify_user(UserId="tagged", AccessString="off ~* +get")
        with self.assertRaises(still.exceptions.UserNotFoundFault) as caught:
            self.tags(arn)
        self.assertEqual(refusal_of(caught), ("UserNotFound", 404))
        self.assertIn("is not available for tagging", str(caught.exception))
        let_pass(10)

    def test_that_are_not_there_are_not_removed(self):
        still = self.still
        arn = still.create_cache_parameter_group(
            CacheParameterGroupName="plain", CacheParameterGroupFamily="redis7", Description="d"
        )["CacheParameterGroup"]["ARN"]
        with self.assertRaises(still.exceptions.TagNotFoundFault) as caught:
            still.remove_tags_from_resource(ResourceName=arn, TagKeys=["none"])
        self.assertEqual(refusal_of(caught), ("TagNotFound", 404))

    def test_need_a_resource_of_this_account_and_region(self):
        still = self.still
        nowhere = {
            "replicationgroup": ("ReplicationGroupNotFoundFault", 404),
            "cluster": ("CacheClusterNotFound", 404),
            "subnetgroup": ("CacheSubnetGroupNotFoundFault", 400),
            "serverlesscachesnapshot": ("ServerlessCacheSnapshotNotFoundFault", 404),
        }
        for kind, refusal in nowhere.items():
            with self.subTest(kind), self.assertRaises(still.exceptions.ClientError) as caught:
                self.tags(f"{ARN}:{kind}:nowhere")
            self.assertEqual(refusal_of(caught), refusal)
            self.assertIn("nowhere is not present", str(caught.exception))
        elsewhere = {
            "arn:aws:elasticache:nowhere": "InvalidARN",
            f"{ARN}:cluster:x".replace("eu-south-1", "eu-west-1"): "InvalidParameterValue",
            f"{ARN}:cluster:x".replace("123456789012", "210987654321"): "InvalidParameterValue",
        }
        for arn, code in elsewhere.items():
            with self.subTest(arn), self.assertRaises(still.exceptions.ClientError) as caught:
                self.tags(arn)
            self.assertEqual(refusal_of(caught), (code, 400))
