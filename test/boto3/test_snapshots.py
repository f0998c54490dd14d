import socket
import unittest

from worlds import NODE_TYPE, QUICKLY, REAL, client, until


def redis(endpoint, *words):
    """One command over a socket; the answer's first line, or the text of a bulk answer."""
    command = f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)
    with socket.create_connection((endpoint["Address"], endpoint["Port"]), timeout=10) as connection:
        connection.sendall(command.encode())
        with connection.makefile("rb") as answers:
            head = answers.readline().decode().rstrip()
            return answers.readline().decode().rstrip() if head.startswith("$") and head != "$-1" else head


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
        until("the snapshot", lambda: self.snapshot(real)["SnapshotStatus"] == "available")
        self.assertEqual(self.snapshot(real)["NodeSnapshots"][0]["CacheNodeId"], "0001")

        real.create_cache_cluster(CacheClusterId="restored", SnapshotName="copy", **cluster)
        endpoint = self.endpoint(real, "restored")
        self.assertEqual(redis(endpoint, "GET", "kept"), "for ever")
        self.assertIn(int(redis(endpoint, "TTL", "brief").removeprefix(":")), range(9000, 10001))

    def endpoint(self, real, name):
        real.get_waiter("cache_cluster_available").wait(CacheClusterId=name, WaiterConfig=QUICKLY)
        [cluster] = real.describe_cache_clusters(CacheClusterId=name, ShowCacheNodeInfo=True)["CacheClusters"]
        return cluster["CacheNodes"][0]["Endpoint"]

    def snapshot(self, real):
        [found] = real.describe_snapshots(SnapshotName="copy")["Snapshots"]
        return found
