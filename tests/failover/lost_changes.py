"""Finds acknowledged changes of seats that the log of committed changes lacks.

Comparing final states misses a lost change that a later one repeats.
"""

from collections import Counter
from uuid import UUID

from tests.torture.ledger import Action, Ledger, Outcome
from tests.torture.waitlist_log import WaitlistLog


def lost_changes(log: WaitlistLog, ledger: Ledger) -> list[str]:
    found: list[str] = []
    committed: Counter[tuple[UUID, UUID]] = Counter()
    for event in {event for (event, _), _ in ledger.attempts()}:
        found += log.replay(event).violations
        committed.update(
            (event, UUID(change.content["user_id"]))
            for transaction in log.transactions(event)
            for change in transaction
            if change.relation == "attendances"
        )
    for key, attempts in ledger.attempts():
        if committed[key] not in (possible := possible_changes(attempts)):
            found.append(f"{committed[key]} changes were committed, but {possible} acknowledged")
    return found


def possible_changes(attempts) -> set[int]:
    """How many changes a user's responses allow. After an odd number, they have a seat."""
    counts = {0}
    for action, response in attempts:
        takes_seat = action is Action.ATTEND
        after = {count + (takes_seat == (count % 2 == 0)) for count in counts}
        if response.outcome is Outcome.ACKNOWLEDGED:
            counts = after
        elif response.outcome is Outcome.UNKNOWN:
            counts |= after
    return counts
