from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from application.ports.clock import Clock
from application.ports.leftovers import Leftovers

AT_ONCE = 1_000


@dataclass(frozen=True)
class Purge:
    """Remove what has been of no use for as long as `older_than`; tells how many of each kind.

    In small steps, each for good by itself: it may break off, and run twice at once. Raises
    Unavailable.
    """

    leftovers: Mapping[str, Leftovers]
    clock: Clock

    def __call__(self, older_than: timedelta, *, is_dry: bool = False) -> Mapping[str, int]:
        over_since = self.clock.now() - older_than
        if is_dry:
            return {kind: each.count(over_since) for kind, each in self.leftovers.items()}
        removed = dict.fromkeys(self.leftovers, 0)
        for kind, each in self.leftovers.items():
            last = AT_ONCE
            # Fewer than asked for: no more are there, but for those that others hold.
            while last == AT_ONCE:
                last = each.remove(over_since, AT_ONCE)
                removed[kind] += last
        return removed
