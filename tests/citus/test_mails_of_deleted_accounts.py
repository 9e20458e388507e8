"""Notices are queued without locking the accounts of the people who get them."""

from uuid import uuid4

from adapters.postgres.schema.tables import mails
from tests.builders import HOUR, NOON, a_user
from tests.citus.rows import add_row, count_of
from tests.storage import add_all


def test_they_are_removed_when_they_are_due(new_work, engine):
    ada, grace = a_user("ada"), a_user("grace")
    add_all(new_work, ada, grace)
    with new_work() as work:
        work.users.remove(work.users.get_for_update(grace.id))
        work.commit()
    for user in (ada, grace):
        values = {"id": uuid4(), "message_id": uuid4(), "kind": "reminder", "data": "{}"}
        times = {"created_at": NOON, "next_attempt_at": NOON}
        add_row(engine, mails, user_id=user.id, attempts=0, **values, **times)

    with new_work() as work:
        claimed = work.mails.claim_due(NOON, 10, uuid4(), NOON + HOUR)
        work.commit()

    assert [each.user.id for each in claimed] == [ada.id]
    assert count_of(engine, mails) == 1
