"""Acts of many at the same instant."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def at_once(*acts):
    """What the acts return, all started at the same instant."""
    barrier = Barrier(len(acts))

    def act_together(act):
        barrier.wait(timeout=30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act_together, acts))
