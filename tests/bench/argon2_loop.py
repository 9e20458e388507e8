"""What a login can't be faster than: comparing a password with its hash, in a loop."""

import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from adapters.security.argon2 import OWASP_MINIMUM, Argon2Hasher
from tests.bench.dataset import PASSWORD
from tests.bench.load import Turn


def hash_in_a_loop(seconds: float) -> Turn:
    """As many threads as there are processors; Argon2 lets go of the interpreter meanwhile."""
    hasher = Argon2Hasher(OWASP_MINIMUM, memory_mib=1024)
    password_hash = hasher.hash(PASSWORD)
    start = time.perf_counter()

    def keep_busy(_: int) -> list[float]:
        taken = []
        while (begun := time.perf_counter()) < start + seconds:
            assert hasher.matches(PASSWORD, password_hash)
            taken.append((time.perf_counter() - begun) * 1e3)
        return taken

    processors = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(processors) as threads:
        taken = list(chain.from_iterable(threads.map(keep_busy, range(processors))))
    cuts = statistics.quantiles(taken, n=100)
    return Turn(len(taken), len(taken) / (time.perf_counter() - start), cuts[49], cuts[98])
