import datetime
import unittest

from worlds import QUICK, QUICKLY, REAL, NODE_TYPE, client, until


class Neighbours(unittest.TestCase):
    """STS and CloudWatch, by boto3"""

    def test_sts_says_who_calls(self):
        self.assertEqual(client(QUICK, "sts").get_caller_identity()["Account"], "123456789012")

    def test_cloudwatch_has_the_metrics_of_a_real_node(self):
        real = client(REAL, region="us-west-2")
        real.create_cache_cluster(CacheClusterId="seen", Engine="redis", CacheNodeType=NODE_TYPE, NumCacheNodes=1)
        real.get_waiter("cache_cluster_available").wait(CacheClusterId="seen", WaiterConfig=QUICKLY)
        watch = client(REAL, "cloudwatch", region="us-west-2")
        dimensions = [{"Name": "CacheClusterId", "Value": "seen"}]
        now = datetime.datetime.now(datetime.timezone.utc)

        def values():
            [result] = watch.get_metric_data(
                StartTime=now - datetime.timedelta(minutes=10),
                EndTime=now + datetime.timedelta(minutes=10),
                MetricDataQueries=[
                    {
                        "Id": "memory",
                        "MetricStat": {
                            "Metric": {
                                "Namespace": "AWS/ElastiCache",
                                "MetricName": "BytesUsedForCache",
                                "Dimensions": dimensions,
                            },
                            "Period": 60,
                            "Stat": "Average",
                        },
                    }
                ],
            )["MetricDataResults"]
            return result["Values"]

        self.assertGreater(until("a value", values)[0], 100_000)
        names = {
            metric["MetricName"]
            for page in watch.get_paginator("list_metrics").paginate(Namespace="AWS/ElastiCache", Dimensions=dimensions)
            for metric in page["Metrics"]
        }
        self.assertLessEqual({"Evictions", "CacheHits", "CurrConnections"}, names)
