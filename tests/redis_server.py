"""A Redis server for the tests; redis-server must be installed."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="needs redis-server")


@contextmanager
def a_redis(port: int) -> Iterator[str]:
    """The URL of an empty server, stopped at the end."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            with Redis(port=port, retry=Retry(ConstantBackoff(0.05), 200)) as client:
                client.ping()
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
