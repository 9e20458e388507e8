"""Advisory locks on the coordinator, instead of SKIP LOCKED, which needs a single shard.

Workers take turns: one waits until the other's transaction ends.
"""


def wait_for_turn(number: int) -> str:
    return f"SELECT pg_advisory_xact_lock({number})"


# Arbitrary numbers.
DISPATCH_TURN = wait_for_turn(7_685_337_003)
REMINDER_TURN = wait_for_turn(7_685_337_004)
