import ssl
import unittest

from servers import connected, memcached, redis
from worlds import REAL, authority, client, until


class ServerlessServers(unittest.TestCase):
    """serverless caches with real servers, by boto3"""

    def setUp(self):
        self.real = client(REAL, region="ap-northeast-1")
        self.authority = authority(REAL)

    def make(self, name, engine, **more):
        """Both endpoints of a new cache."""
        self.real.create_serverless_cache(ServerlessCacheName=name, Engine=engine, **more)

        def available():
            [cache] = self.real.describe_serverless_caches(ServerlessCacheName=name)["ServerlessCaches"]
            return cache["Status"] == "available" and cache

        cache = until(f"the cache {name}", available)
        return cache["Endpoint"], cache["ReaderEndpoint"]

    def snapshot(self, name):
        """A snapshot, once it is whole."""

        def available():
            found = self.real.describe_serverless_cache_snapshots(ServerlessCacheSnapshotName=name)
            [snapshot] = found["ServerlessCacheSnapshots"]
            return snapshot["Status"] == "available" and snapshot

        return until(f"the snapshot {name}", available)

    def has_snapshot(self, name):
        try:
            return self.real.describe_serverless_cache_snapshots(ServerlessCacheSnapshotName=name)
        except self.real.exceptions.ServerlessCacheSnapshotNotFoundFault:
            return False

    def test_bring_the_data_of_a_copied_snapshot_back_with_its_times_to_live(self):
        real = self.real
        endpoint, reader = self.make("source", "valkey")
        self.assertEqual(redis(endpoint, "SET", "kept", "for ever", authority=self.authority), "+OK")
        self.assertEqual(redis(endpoint, "SET", "brief", "x", "EX", "10000", authority=self.authority), "+OK")
        self.assertEqual(redis(reader, "GET", "kept", authority=self.authority), "for ever")
        real.create_serverless_cache_snapshot(ServerlessCacheName="source", ServerlessCacheSnapshotName="first")
        self.assertGreater(int(self.snapshot("first")["BytesUsedForCache"]), 0)
        self.assertEqual(redis(endpoint, "DEL", "kept", authority=self.authority), ":1")
        real.copy_serverless_cache_snapshot(
            SourceServerlessCacheSnapshotName="first", TargetServerlessCacheSnapshotName="second"
        )
        arn = self.snapshot("second")["ARN"]
        real.delete_serverless_cache_snapshot(ServerlessCacheSnapshotName="first")
        until("the end of the first snapshot", lambda: not self.has_snapshot("first"))

        endpoint, _ = self.make("restored", "valkey", SnapshotArnsToRestore=[arn])
        self.assertEqual(redis(endpoint, "GET", "kept", authority=self.authority), "for ever")
        left = redis(endpoint, "TTL", "brief", authority=self.authority)
        self.assertIn(int(left.removeprefix(":")), range(9000, 10001))

    def test_answer_over_tls_only_to_whom_trusts_their_authority(self):
        endpoint, _ = self.make("secured", "redis")
        self.assertEqual(redis(endpoint, "PING", authority=self.authority), "+PONG")
        with self.assertRaises(ConnectionError):
            redis(endpoint, "PING")
        stranger = ssl.create_default_context()
        with connected(endpoint) as plain, self.assertRaises(ssl.SSLCertVerificationError):
            stranger.wrap_socket(plain, server_hostname=endpoint["Address"])

    def test_answer_as_memcached_over_tls_only(self):
        endpoint, reader = self.make("pages", "memcached")
        stored = memcached(endpoint, "set home 0 0 5\r\nhello\r\n", 1, authority=self.authority)
        self.assertEqual(stored, ["STORED"])
        found = memcached(reader, "get home\r\n", 3, authority=self.authority)
        self.assertEqual(found, ["VALUE home 0 5", "hello", "END"])
        with self.assertRaises(ConnectionError):
            memcached(endpoint, "version\r\n", 1)
