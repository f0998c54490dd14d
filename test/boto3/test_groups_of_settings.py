import unittest

from botocore.exceptions import ClientError
from worlds import QUICK, client, refusal_of


class GroupsOfSettings(unittest.TestCase):
    """parameter groups, subnet groups, tags, events and pages, by boto3"""

    def setUp(self):
        self.quick = client(QUICK, region="eu-central-1")

    def test_twenty_parameters_go_in_one_call_and_twenty_one_do_not(self):
        quick = self.quick
        quick.create_cache_parameter_group(
            CacheParameterGroupName="twenty", CacheParameterGroupFamily="redis7", Description="d"
        )
        pages = quick.get_paginator("describe_cache_parameters").paginate(CacheParameterGroupName="twenty")
        known = [parameter for page in pages for parameter in page["Parameters"]]
        free = [
            {"ParameterName": one["ParameterName"], "ParameterValue": one["ParameterValue"]}
            for one in known
            if one["IsModifiable"] and one.get("ParameterValue") and one["ParameterName"] != "cluster-enabled"
        ]
        self.assertGreater(len(free), 21)
        name = quick.modify_cache_parameter_group(
            CacheParameterGroupName="twenty", ParameterNameValues=free[:20]
        )["CacheParameterGroupName"]
        self.assertEqual(name, "twenty")
        with self.assertRaises(ClientError) as caught:
            quick.modify_cache_parameter_group(CacheParameterGroupName="twenty", ParameterNameValues=free[:21])
        self.assertEqual(refusal_of(caught), ("InvalidParameterCombination", 400))

    def test_a_parameter_is_set_and_reset(self):
        quick = self.quick
        group = dict(CacheParameterGroupName="reset")
        quick.create_cache_parameter_group(**group, CacheParameterGroupFamily="valkey8", Description="d")

        def policy(source):
            pages = quick.get_paginator("describe_cache_parameters").paginate(**group, Source=source)
            every = [parameter for page in pages for parameter in page["Parameters"]]
            return {one["ParameterName"]: one["ParameterValue"] for one in every}.get("maxmemory-policy")

        lru = [{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}]
        quick.modify_cache_parameter_group(**group, ParameterNameValues=lru)
        self.assertEqual(policy("user"), "allkeys-lru")
        # Until the last change has had its time, a reset is refused.
        while True:
            try:
                quick.reset_cache_parameter_group(**group, ParameterNameValues=lru)
                break
            except quick.exceptions.InvalidCacheParameterGroupStateFault:
                continue
        self.assertIsNone(policy("user"))

    def test_subnet_groups_come_in_pages_by_marker_and_nothing_is_missed(self):
        quick = self.quick
        names = {f"subnets-{number:02}" for number in range(25)} | {"default"}
        for name in names - {"default"}:
            quick.create_cache_subnet_group(
                CacheSubnetGroupName=name, CacheSubnetGroupDescription="d", SubnetIds=["subnet-0123abcd"]
            )
        paginator = quick.get_paginator("describe_cache_subnet_groups")
        pages = [
            [group["CacheSubnetGroupName"] for group in page["CacheSubnetGroups"]]
            for page in paginator.paginate(PaginationConfig={"PageSize": 20})
        ]
        self.assertEqual([len(page) for page in pages], [20, 6])
        self.assertEqual(set(pages[0] + pages[1]), names)
        with self.assertRaises(ClientError) as caught:
            quick.describe_cache_subnet_groups(MaxRecords=19)
        self.assertEqual(refusal_of(caught), ("InvalidParameterValue", 400))

    def test_a_subnet_group_that_is_not_there_is_not_found_with_400(self):
        with self.assertRaises(self.quick.exceptions.CacheSubnetGroupNotFoundFault) as caught:
            self.quick.describe_cache_subnet_groups(CacheSubnetGroupName="nowhere")
        self.assertEqual(refusal_of(caught), ("CacheSubnetGroupNotFoundFault", 400))

    def test_tags_are_added_listed_and_removed(self):
        quick = self.quick
        arn = quick.create_cache_parameter_group(
            CacheParameterGroupName="tagged",
            CacheParameterGroupFamily="redis7",
            Description="d",
            Tags=[{"Key": "team", "Value": "red"}],
        )["CacheParameterGroup"]["ARN"]
        self.assertEqual(arn, "arn:aws:elasticache:eu-central-1:123456789012:parametergroup:tagged")
        quick.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "stage", "Value": "test"}])
        quick.remove_tags_from_resource(ResourceName=arn, TagKeys=["team"])
        self.assertEqual(
            quick.list_tags_for_resource(ResourceName=arn)["TagList"], [{"Key": "stage", "Value": "test"}]
        )

    def test_events_tell_what_happened_to_a_parameter_group(self):
        quick = self.quick
        quick.create_cache_parameter_group(
            CacheParameterGroupName="eventful", CacheParameterGroupFamily="redis7", Description="d"
        )
        pages = quick.get_paginator("describe_events").paginate(Duration=60)
        named = [event for page in pages for event in page["Events"] if event["SourceIdentifier"] == "eventful"]
        self.assertEqual([event["SourceType"] for event in named], ["cache-parameter-group"])

    def test_a_wrong_name_is_refused_in_the_words_of_aws(self):
        with self.assertRaises(ClientError) as caught:
            self.quick.create_cache_parameter_group(
                CacheParameterGroupName="two--hyphens", CacheParameterGroupFamily="redis7", Description="d"
            )
        self.assertEqual(refusal_of(caught), ("InvalidParameterValue", 400))
        self.assertIn("must not end with a hyphen or contain two consecutive hyphens", str(caught.exception))
