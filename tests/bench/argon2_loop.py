"""The upper limit for logins: comparing a password with its hash, in a loop."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from adapters.security.argon2 import KIB_PER_MIB, OWASP_MINIMUM, Argon2Hasher
from entrypoints.settings import Settings, read_server_settings
from tests.bench.dataset import PASSWORD
from tests.bench.load import Turn


def hash_in_a_loop(seconds: float) -> Turn:
    """In as many threads as all workers together hash in; Argon2 releases the GIL."""
    hasher = Argon2Hasher(OWASP_MINIMUM, memory_mib=1024)
    slots_of_worker = Settings.argon2_total_mib * KIB_PER_MIB // OWASP_MINIMUM.memory_kib
    concurrency = slots_of_worker * read_server_settings().web_workers
    password_hash = hasher.hash(PASSWORD)
    loop_start = time.perf_counter()

    def run(_: int) -> list[float]:
        durations = []
        while (started := time.perf_counter()) < loop_start + seconds:
            assert hasher.matches(PASSWORD, password_hash)
            durations.append((time.perf_counter() - started) * 1e3)
        return durations

    with ThreadPoolExecutor(concurrency) as threads:
        durations = list(chain.from_iterable(threads.map(run, range(concurrency))))
    cuts = statistics.quantiles(durations, n=100)
    return Turn(
        len(durations), len(durations) / (time.perf_counter() - loop_start), cuts[49], cuts[98]
    )
