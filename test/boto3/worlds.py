"""Clients of the emulators that the tests run against; boto3.test.ts starts them and names them in the environment."""

import json
import os
import time
import urllib.request

import boto3
from botocore.config import Config

QUICK = os.environ.get("LARDER_QUICK_URL", "")
"""Addresses only; everything takes some hundredths of a second."""
STILL = os.environ.get("LARDER_STILL_URL", "")
"""Addresses only, and a clock that moves when it is told to."""
REAL = os.environ.get("LARDER_REAL_URL", "")
"""Real servers behind every node."""
CODEC = os.environ.get("LARDER_CODEC_URL", "")
"""No world at all: it reads and writes what it is told to."""

NODE_TYPE = "cache.t4g.small"
PAIR = dict(
    ReplicationGroupDescription="a pair",
    Engine="redis",
    CacheNodeType=NODE_TYPE,
    NumCacheClusters=2,
    AutomaticFailoverEnabled=True,
)
QUICKLY = {"Delay": 0.05, "MaxAttempts": 6000}


def client(url, service="elasticache", region="us-east-1"):
    """A client whose region is a world of its own."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"max_attempts": 0}, connect_timeout=60, read_timeout=300),
    )


def post(url, path, body):
    request = urllib.request.Request(f"{url}{path}", data=json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=300) as reply:
        return json.loads(reply.read() or b"null")


def authority(url):
    """The file of the authority behind the servers' certificates."""
    with urllib.request.urlopen(f"{url}/_health", timeout=300) as reply:
        return json.loads(reply.read())["caFile"]


def refusal_of(caught):
    """Code and HTTP status."""
    answer = caught.exception.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def let_pass(seconds):
    """Moves the clock of STILL."""
    post(os.environ["LARDER_STILL_CLOCK"], "/", {"seconds": seconds})


def let_pass_until(what, found):
    """Moves the clock of STILL step by step until something is found."""
    for _ in range(1000):
        if found():
            return
        let_pass(0.05)
    raise AssertionError(f"no {what} in 50 s of the clock")


def until(what, found, seconds=300):
    """Asks again and again until something is found; minutes pass before it says what was missing: machines may be slow."""
    deadline = time.monotonic() + seconds
    while True:
        value = found()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.05)
