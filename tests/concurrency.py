"""Run functions at the same time, and wait for conditions."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

TIMEOUT_S = 60


def run_concurrently(*functions: Callable[..., Any]) -> list[Any]:
    """Start all functions at the same instant and return their results in order.

    Raises what the first failing function raises.
    """
    barrier = Barrier(len(functions))

    def run(function: Callable[..., Any]) -> Any:
        barrier.wait(timeout=TIMEOUT_S)
        return function()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))


def wait_until(
    condition: Callable[..., bool], description: str, timeout_s: float = TIMEOUT_S
) -> float:
    """Return the seconds it took. Raises TimeoutError with the description."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > timeout_s:
            raise TimeoutError(f"Timed out waiting until {description}")
        time.sleep(0.005)
    return time.monotonic() - started
