import json
import os
import subprocess
import sys
import unittest

from worlds import NODE_TYPE, QUICK, until


def aws(*words):
    """The AWS CLI in a process of its own: exit code, standard output, standard error."""
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "sa-east-1",
        "AWS_DEFAULT_REGION": "sa-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL": QUICK,
        "AWS_DEFAULT_OUTPUT": "json",
        "AWS_PAGER": "",
    }
    done = subprocess.run(
        [sys.executable, "-m", "awscli", *words], env=environment, capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout, done.stderr


class CommandLine(unittest.TestCase):
    """the AWS CLI"""

    def test_creates_describes_in_pages_and_tells_errors(self):
        for name in ("one", "two"):
            code, out, err = aws(
                *("elasticache", "create-cache-cluster", "--cache-cluster-id", name, "--engine", "memcached"),
                *("--cache-node-type", NODE_TYPE, "--num-cache-nodes", "2", "--tags", "Key=team,Value=red"),
            )
            self.assertEqual(code, 0, err)
            self.assertEqual(json.loads(out)["CacheCluster"]["CacheClusterStatus"], "creating")
        code, out, err = aws("elasticache", "describe-cache-clusters", "--max-items", "1", "--show-cache-node-info")
        self.assertEqual(code, 0, err)
        page = json.loads(out)
        self.assertEqual([cluster["CacheClusterId"] for cluster in page["CacheClusters"]], ["one"])
        code, out, err = aws("elasticache", "describe-cache-clusters", "--starting-token", page["NextToken"])
        self.assertEqual([cluster["CacheClusterId"] for cluster in json.loads(out)["CacheClusters"]], ["two"], err)
        code, out, err = aws("elasticache", "describe-cache-clusters", "--cache-cluster-id", "nowhere")
        # Version 1 of the CLI; version 2 says 254.
        self.assertEqual(code, 255)
        self.assertIn("(CacheClusterNotFound) when calling the DescribeCacheClusters operation", err)
        code, out, err = aws("sts", "get-caller-identity")
        self.assertEqual(json.loads(out)["Account"], "123456789012", err)

    def test_creates_and_describes_a_serverless_cache(self):
        code, out, err = aws(
            *("elasticache", "create-serverless-cache", "--serverless-cache-name", "burst", "--engine", "valkey"),
            *("--cache-usage-limits", "DataStorage={Maximum=10,Unit=GB},ECPUPerSecond={Maximum=5000}"),
        )
        self.assertEqual(code, 0, err)
        self.assertEqual(json.loads(out)["ServerlessCache"]["Status"], "creating")

        def shown():
            code, out, err = aws("elasticache", "describe-serverless-caches", "--serverless-cache-name", "burst")
            self.assertEqual(code, 0, err)
            [cache] = json.loads(out)["ServerlessCaches"]
            return cache["Status"] == "available" and cache

        cache = until("the serverless cache", shown)
        self.assertEqual(cache["Endpoint"]["Port"], 6379)
        self.assertEqual(
            cache["CacheUsageLimits"],
            {"DataStorage": {"Maximum": 10, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 5000}},
        )
