"""A worker crashes while a change of its only shard is committed."""

from datetime import UTC, datetime

import pytest

from application.errors import OutcomeUnknown, Unavailable
from tests.builders import DAY, a_user, an_event
from tests.citus.crashes import crash, shard_of, wait_for_worker
from tests.storage import add_all

NOW = datetime.now(UTC)
# The numbers of seats that may be there after the outcome of the commit.
SEATS = {None: {1}, Unavailable: {0}, OutcomeUnknown: {0, 1}}


@pytest.mark.parametrize("crash_number", range(5))
def test_the_outcome_of_the_commit_is_true(new_work, engine, crash_number):
    ada = a_user("ada")
    event = an_event(creator_id=ada.id, start_time=NOW + DAY)
    add_all(new_work, ada, event)
    worker = shard_of(engine, event)

    outcome = None
    try:
        with new_work() as work:
            loaded = work.events.get_seats_for_update(event.id, attendee=ada.id)
            loaded.attend(NOW)
            work.events.save(loaded)
            work.events.find(event.id)  # sends the writes
            crash(engine, worker)
            work.commit()
    except Unavailable as error:
        outcome = type(error)

    wait_for_worker(engine, worker)
    with new_work() as work:
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
    assert loaded.attendees_count in SEATS[outcome]
