"""What counting an attempt asks of a Redis: .venv/bin/python -m tests.measure.attempts"""

import time

from limits import parse
from redis import Redis

from adapters.http.attempts import Attempts, Window
from tests.e2e.processes import a_free_port
from tests.redis_server import a_redis

ATTEMPTS = 5_000
BY_ADDRESS, BY_ACCOUNT = parse("60 per minute"), parse("10 per minute")


def windows(number: int) -> tuple[Window, Window]:
    return Window(BY_ADDRESS, ("a", str(number))), Window(BY_ACCOUNT, ("b", str(number)))


def main() -> None:
    with a_redis(a_free_port()) as url, Redis.from_url(url) as redis:
        attempts = Attempts(url)
        attempts.count(windows(0))
        redis.config_resetstat()
        memory = redis.info("memory")["used_memory"]
        begun = time.perf_counter()
        for number in range(1, ATTEMPTS + 1):
            attempts.count(windows(number))
        taken = time.perf_counter() - begun
        scripts = redis.info("commandstats")["cmdstat_evalsha"]
        held = redis.info("memory")["used_memory"] - memory
    print(f"{scripts['calls'] / ATTEMPTS:.0f} scripts an attempt,")
    print(f"{scripts['usec'] / ATTEMPTS:.0f} microseconds of the Redis for them,")
    print(f"{taken / ATTEMPTS * 1e6:.0f} of the caller, and {held / ATTEMPTS:.0f} bytes held.")


if __name__ == "__main__":
    main()
