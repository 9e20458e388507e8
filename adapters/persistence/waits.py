"""How long the database is waited for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timeouts:
    """All in seconds. PostgreSQL enforces the last three; 0 disables them.

    `connect` counts for each host that the URL names. A server that does not respond to a message
    within `statement` and a little more is given up.
    """

    connect: int = 1
    pool: float = 1.0
    lock: float = 1.0
    statement: float = 1.5
    idle_in_transaction: float = 5.0


# For work that is nobody's request, like a migration.
MAINTENANCE = Timeouts(connect=10, lock=0, statement=0, idle_in_transaction=0)
# How long a migration tries for a lock that others hold, in seconds.
PATIENCE_S = 300.0


class LocksHeld(Exception):
    """Others hold locks that a migration needs, longer than it is tried."""

    def __init__(self, patience_s: float) -> None:
        super().__init__(
            f"others held a lock that the next migration needs for {patience_s:.0f} s; "
            "end their transactions and migrate again."
        )
