from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from application.ports.clock import Clock
from application.ports.expired_rows import ExpiredRows

AT_ONCE = 1_000


@dataclass(frozen=True)
class Purge:
    """Remove what has been of no use for as long as `older_than`; tells how many of each kind.

    In small steps, each for good by itself: it may break off, and run twice at once. Raises
    Unavailable.
    """

    expired_rows: Mapping[str, ExpiredRows]
    clock: Clock

    def __call__(self, older_than: timedelta, *, is_dry: bool = False) -> Mapping[str, int]:
        expired_before = self.clock.now() - older_than
        if is_dry:
            return {kind: each.count(expired_before) for kind, each in self.expired_rows.items()}
        removed = dict.fromkeys(self.expired_rows, 0)
        for kind, each in self.expired_rows.items():
            last = AT_ONCE
            # Fewer than asked for: no more are there, but for those that others hold.
            while last == AT_ONCE:
                last = each.remove(expired_before, AT_ONCE)
                removed[kind] += last
        return removed
