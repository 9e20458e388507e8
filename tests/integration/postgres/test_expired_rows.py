"""Deleting what has expired."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.postgres.maintenance import expired_rows
from adapters.postgres.maintenance.deleted_webhooks import DeliveriesOfDeletedWebhooks
from adapters.postgres.maintenance.ended_waitlists import EndedWaitlists
from adapters.postgres.maintenance.expired_rows import (
    EXPIRED_IDEMPOTENCY_KEYS,
    EXPIRED_SESSIONS,
    FORGOTTEN_PASSWORD_ATTEMPTS,
    ExpiredRows,
    purge,
    rows_by_kind,
)
from adapters.postgres.reader import Reader
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from adapters.system import new_id
from application.idempotency import IDEMPOTENCY_KEY_LIFETIME, IdempotencyRecord, IdempotentRequest
from domain.accounts.mail_token import MailToken, TokenPurpose
from domain.accounts.password_attempts import ATTEMPTS_LIFETIME
from domain.accounts.session import REFRESH_TOKEN_LIFETIME
from domain.events.state import NO_REASON
from domain.webhooks.delivery import Attempt, DeliveryState
from tests.builders import (
    DAY,
    HOUR,
    NOON,
    a_delivery,
    a_queued_mail,
    a_session,
    a_user,
    a_verified_user,
    a_webhook,
    an_event,
)
from tests.postgres import run_in
from tests.storage import add_all, change

TICK = timedelta(microseconds=1)


@pytest.fixture
def reader(empty_database):
    return Reader(empty_database)


@pytest.fixture
def new_work(empty_database):
    return PostgresUnitOfWorkFactory(empty_database)


@pytest.fixture
def ada(new_work):
    user = a_user("ada")
    with new_work() as work:
        work.users.add(user)
        work.commit()
    return user


@pytest.fixture
def sessions(reader):
    return ExpiredRows(reader, EXPIRED_SESSIONS)


@pytest.fixture
def keys(reader):
    return ExpiredRows(reader, EXPIRED_IDEMPOTENCY_KEYS)


def add_sessions(new_work, user, *ages, **others):
    """Sessions opened that long before NOON, and not used since."""
    added = [a_session(user_id=user.id, now=NOON - age, **others) for age in ages]
    with new_work() as work:
        for session in added:
            work.sessions.add(session)
        work.commit()
    return added


def add_keys(new_work, user, *ages):
    with new_work() as work:
        for number, age in enumerate(ages):
            request = IdempotentRequest(f"key-{number}", b"")
            work.idempotency.add(user.id, IdempotencyRecord(request, {}, NOON - age))
        work.commit()


def exist(new_work, added):
    with new_work() as work:
        return [work.sessions.find_for_update(each.id, each.user_id) is not None for each in added]


def test_a_session_expires_with_the_last_of_its_tokens(new_work, ada, sessions):
    ages = REFRESH_TOKEN_LIFETIME, REFRESH_TOKEN_LIFETIME - TICK, timedelta(0)
    added = add_sessions(new_work, ada, *ages)

    assert sessions.count(NOON) == 1
    assert sessions.remove(NOON, limit=10) == 1
    assert exist(new_work, added) == [False, True, True]
    assert sessions.count(NOON) == 0


def test_a_revoked_session_is_kept_while_its_tokens_could_be_sent(new_work, ada, sessions):
    added = add_sessions(new_work, ada, DAY - TICK, DAY, revoked_at=NOON - DAY)

    assert sessions.remove(NOON, limit=10) == 1
    assert exist(new_work, added) == [True, False]


def test_at_most_the_given_number_is_removed(new_work, ada, sessions, keys):
    add_sessions(new_work, ada, *[2 * DAY] * 4)
    add_keys(new_work, ada, *[2 * DAY] * 4)

    for rows in (sessions, keys):
        assert [rows.remove(NOON, limit=3) for _ in range(3)] == [3, 1, 0]


@pytest.mark.parametrize(
    ("age", "count"), [(IDEMPOTENCY_KEY_LIFETIME, 1), (IDEMPOTENCY_KEY_LIFETIME - TICK, 0)]
)
def test_an_idempotency_key_expires_after_its_lifetime(new_work, ada, keys, age, count):
    add_keys(new_work, ada, age)

    assert keys.count(NOON) == count
    assert keys.remove(NOON, limit=10) == count
    with new_work() as work:
        assert (work.idempotency.find_for_update(ada.id, "key-0") is None) == bool(count)


def test_forgotten_password_attempts_are_removed(new_work, reader):
    with new_work() as work:
        for number, age in enumerate((ATTEMPTS_LIFETIME, ATTEMPTS_LIFETIME - TICK)):
            work.password_attempts.reset(bytes([number]), NOON - age)
        work.commit()
    attempts = ExpiredRows(reader, FORGOTTEN_PASSWORD_ATTEMPTS)

    assert attempts.count(NOON) == 1
    assert [attempts.remove(NOON, limit=10) for _ in range(2)] == [1, 0]


def purged(**counts):
    kinds = (
        *("session", "idempotency key", "wrong-password counter", "waitlist place"),
        *("webhook delivery", "mail token", "reminder", "row of deleted accounts"),
    )
    return dict.fromkeys(kinds, 0) | counts


@pytest.mark.parametrize("number", [2, 3, 7])
def test_a_purge_goes_on_until_nothing_is_left(new_work, ada, reader, monkeypatch, number):
    monkeypatch.setattr(expired_rows, "BATCH", 3)
    add_sessions(new_work, ada, *[2 * DAY] * number, timedelta(0))

    assert purge(rows_by_kind(reader), NOON) == purged(session=number)
    assert purge(rows_by_kind(reader), NOON) == purged(session=0)


def test_a_purge_keeps_what_expired_later(new_work, ada, reader):
    add_sessions(new_work, ada, 8 * DAY, 7 * DAY)  # they expire after a day

    assert purge(rows_by_kind(reader), NOON - 7 * DAY) == purged(session=1)


def test_a_dry_purge_counts_and_removes_nothing(new_work, ada, reader):
    added = add_sessions(new_work, ada, *[2 * DAY] * 3)

    assert purge(rows_by_kind(reader), NOON, is_dry=True) == purged(session=3)
    assert exist(new_work, added) == [True] * 3


@pytest.fixture
def waitlists(reader):
    return EndedWaitlists(reader)


def full_event(new_work, ada, *waiting, start_time=NOON + HOUR):
    """Ada has its only seat."""
    event = an_event(creator_id=ada.id, capacity=1, start_time=start_time)
    add_all(new_work, event)
    change(new_work, event, lambda loaded: loaded.attend(NOON - DAY))
    for user in waiting:
        change(new_work, event, lambda loaded: loaded.join_waitlist(NOON - DAY), user)
    return event


def waitlist_count(new_work, event):
    with new_work() as work:
        return work.events.get_for_update(event.id, attendee=event.creator_id).waitlist_count


@pytest.fixture
def waiting(new_work):
    people = [a_user(name) for name in ("grace", "hedy", "mary")]
    add_all(new_work, *people)
    return people


def test_the_waitlist_of_a_started_event_is_removed(new_work, ada, waiting, waitlists):
    event = full_event(new_work, ada, *waiting, start_time=NOON)
    upcoming = full_event(new_work, ada, *waiting, start_time=NOON + TICK)

    assert waitlists.count(NOON - TICK) == 0
    assert waitlists.count(NOON) == 3
    assert waitlists.remove(NOON, limit=10) == 3
    assert [waitlist_count(new_work, each) for each in (event, upcoming)] == [0, 3]
    assert waitlists.count(NOON) == 0
    assert waitlists.count(NOON + TICK) == 3


def test_the_waitlist_of_a_cancelled_event_is_removed(new_work, ada, waiting, waitlists):
    event = full_event(new_work, ada, *waiting)
    change(new_work, event, lambda loaded: loaded.call_off(NO_REASON, ada.id, NOON - HOUR))

    assert waitlists.remove(NOON - HOUR - TICK, limit=10) == 0
    assert waitlists.remove(NOON - HOUR, limit=10) == 3
    assert waitlist_count(new_work, event) == 0


def test_a_waitlist_is_removed_in_batches_and_its_count_stays_correct(
    new_work, ada, waiting, waitlists
):
    event = full_event(new_work, ada, *waiting, start_time=NOON)

    assert waitlists.remove(NOON, limit=2) == 2
    assert waitlist_count(new_work, event) == 1
    assert [waitlists.remove(NOON, limit=2) for _ in range(2)] == [1, 0]
    assert waitlist_count(new_work, event) == 0


def test_waitlists_of_locked_events_are_skipped(new_work, ada, waiting, waitlists):
    locked, free = (full_event(new_work, ada, *waiting, start_time=NOON) for _ in range(2))

    with new_work() as work:
        work.events.get_seats_for_update(locked.id, attendee=ada.id)
        assert waitlists.remove(NOON, limit=10) == 3
    assert [waitlist_count(new_work, each) for each in (locked, free)] == [3, 0]


def test_a_purge_includes_waitlists(new_work, ada, waiting, reader, monkeypatch):
    monkeypatch.setattr(expired_rows, "BATCH", 2)
    full_event(new_work, ada, *waiting, start_time=NOON)

    counts = purged(**{"waitlist place": 3})
    assert purge(rows_by_kind(reader), NOON, is_dry=True) == counts
    assert purge(rows_by_kind(reader), NOON) == counts
    assert purge(rows_by_kind(reader), NOON) == purged()


@pytest.fixture
def webhook(new_work, ada):
    webhook = a_webhook(user_id=ada.id)
    with new_work() as work:
        work.webhooks.add(webhook)
        work.commit()
    return webhook


def add_deliveries(new_work, *deliveries):
    with new_work() as work:
        work.deliveries.add_all(deliveries)
        work.commit()


def remaining(reader, table):
    return {row.id for row in reader.rows(f"SELECT id FROM {table}", {})}


def test_deliveries_are_purged_30_days_after_they_finished(new_work, reader, webhook):
    then = NOON - 30 * DAY

    def finished(now, **fields):
        state = {"state": DeliveryState.FAILED, "next_attempt_at": None}
        return a_delivery(webhook, now=now, **state | fields)

    attempt = {"last_attempt": Attempt(200, HOUR), "attempts": 1}
    old = [
        finished(then - DAY, last_attempt_at=then, **attempt),
        finished(then),  # failed without an attempt
    ]
    current = [
        finished(then - DAY, last_attempt_at=then + TICK, **attempt),
        finished(then + TICK),
        a_delivery(webhook, now=then - DAY),  # pending
    ]
    add_deliveries(new_work, *old, *current)

    counts = purged(**{"webhook delivery": 2})
    assert purge(rows_by_kind(reader), NOON, is_dry=True) == counts
    assert purge(rows_by_kind(reader), NOON) == counts
    assert remaining(reader, "webhook_deliveries") == {each.id for each in current}


@pytest.mark.parametrize("number", [2, 3, 7])
def test_all_deliveries_of_deleted_webhooks_are_purged(
    new_work, reader, webhook, monkeypatch, number
):
    monkeypatch.setattr(expired_rows, "BATCH", 3)
    pending = [a_delivery() for _ in range(number)]
    state: dict[str, Any] = {"state": DeliveryState.FAILED, "next_attempt_at": None}
    finished = [a_delivery(now=NOON - 31 * DAY, **state) for _ in range(number)]
    current = a_delivery(webhook)
    add_deliveries(new_work, *pending, *finished, current)

    counts = purged(**{"webhook delivery": 2 * number})
    assert purge(rows_by_kind(reader), NOON, is_dry=True) == counts
    assert purge(rows_by_kind(reader), NOON) == counts
    assert remaining(reader, "webhook_deliveries") == {current.id}


def test_at_most_the_given_number_of_deliveries_is_removed(new_work, reader):
    add_deliveries(new_work, *(a_delivery() for _ in range(4)))
    deliveries = DeliveriesOfDeletedWebhooks(reader)

    assert [deliveries.remove(NOON, limit=3) for _ in range(3)] == [3, 1, 0]


def test_locked_deliveries_of_deleted_webhooks_are_skipped(new_work, reader):
    locked, *_ = deliveries = [a_delivery(), a_delivery()]
    add_deliveries(new_work, *deliveries)

    with new_work() as work:
        work.deliveries.get_for_update(locked.id, locked.webhook_id)
        assert purge(rows_by_kind(reader), NOON) == purged(**{"webhook delivery": 1})
    assert remaining(reader, "webhook_deliveries") == {locked.id}


def test_expired_mail_tokens_are_purged(new_work, ada, reader):
    with new_work() as work:
        for number, age in enumerate((DAY, DAY - TICK)):  # they are valid for a day
            purpose = TokenPurpose.VERIFY_EMAIL
            token = MailToken.issue(str(number), ada.id, purpose, ada.email, NOON - age)
            work.mail_tokens.add(token)
        work.commit()

    assert purge(rows_by_kind(reader), NOON) == purged(**{"mail token": 1})
    assert purge(rows_by_kind(reader), NOON) == purged()


def test_reminders_are_purged_when_the_event_has_started(new_work, ada, reader):
    add_all(new_work, *(an_event(creator_id=ada.id, start_time=NOON + n * TICK) for n in (0, 1)))
    with new_work() as work:
        work.reminders.take_due(NOON - DAY, NOON + DAY, 10)
        work.commit()

    assert purge(rows_by_kind(reader), NOON) == purged(reminder=1)
    with new_work() as work:
        assert work.reminders.take_due(NOON, NOON + DAY, 10) == []


def test_what_a_previous_release_leaves_of_a_deleted_account_is_purged(new_work, reader):
    ada, grace = people = a_verified_user("ada"), a_verified_user("grace")
    add_all(new_work, *people)
    for user in people:
        with new_work() as work:
            work.webhooks.add(a_webhook(user_id=user.id))
            work.mails.add(a_queued_mail(user))
            work.commit()
    with new_work() as work:
        run_in(
            work,
            "UPDATE users SET username = NULL, email = NULL, password_hash = NULL"
            f" WHERE id = '{ada.id}'",
        )
        work.commit()

    counts = purged(**{"row of deleted accounts": 3})
    assert purge(rows_by_kind(reader), NOON, is_dry=True) == counts
    with new_work() as work:
        work.users.get_for_update(grace.id)
        assert purge(rows_by_kind(reader), NOON) == counts
    assert purge(rows_by_kind(reader), NOON) == purged()
    with new_work() as work:
        assert work.webhooks.count_of(grace.id) == 1
        [claimed] = work.mails.claim_due(NOON, 10, lease_id=new_id(), lease_until=NOON)
        assert claimed.user == grace
