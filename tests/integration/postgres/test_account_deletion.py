"""Deleted accounts, and requests that passed authentication before the deletion and wait for it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select, text, update

from adapters.postgres.accounts.queries import PostgresAccountQueries
from adapters.postgres.calendars.queries import PostgresCalendarQueries
from adapters.postgres.maintenance.verify import verify
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import (
    calendar_feeds,
    events,
    idempotency_keys,
    mail_tokens,
    mails,
    users,
    webhooks,
)
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from adapters.security.secrets import new_feed_secret
from application.accounts.withdraw_from_events import BATCH, WithdrawFromEvents
from application.calendars.create_calendar_feed import CreateCalendarFeed
from application.caller import Caller
from application.errors import Unavailable
from domain.accounts.errors import AccountDeleted
from domain.accounts.mail_token import MailToken, TokenPurpose
from domain.calendars.errors import CalendarNotFound
from domain.calendars.feed import CalendarFeed
from domain.events.state import EventState
from tests.builders import (
    CLIENT_INFO,
    NOON,
    a_queued_mail,
    a_user,
    a_verified_user,
    a_webhook,
    an_event,
)
from tests.fakes.clock import FakeClock
from tests.fakes.security import AuditInMemory
from tests.postgres import run_in
from tests.storage import add_all, change

WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype <> 'advisory'")


@pytest.fixture
def new_work(empty_database):
    return PostgresUnitOfWorkFactory(empty_database)


def publish(new_work, event, ada):
    add_all(new_work, an_event(creator_id=ada.id))


def attend(new_work, event, ada):
    change(new_work, event, lambda loaded: loaded.attend(NOON), ada)


def join_waitlist(new_work, event, user):
    change(new_work, event, lambda loaded: loaded.join_waitlist(NOON), user)


def create_feed(new_work, event, ada):
    CreateCalendarFeed(new_work, FakeClock(), new_feed_secret, AuditInMemory())(
        Caller(ada.id), CLIENT_INFO
    )


def test_only_the_id_of_a_deleted_user_remains(empty_database, new_work):
    ada = a_verified_user(notify_promotion=False, notify_event_changes=False, notify_reminder=False)
    add_all(new_work, ada)
    remove_account(new_work, ada)

    with empty_database.connect() as connection:
        [row] = connection.execute(select(users)).mappings()
    # As for every new account.
    switches = dict.fromkeys(("notify_promotion", "notify_event_changes", "notify_reminder"), True)
    remaining = {name: value for name, value in row.items() if value is not None}
    assert remaining == {"id": ada.id, "created_at": ada.created_at, **switches}


def test_what_belongs_to_the_user_is_deleted(empty_database, new_work):
    ada, grace = a_user("ada"), a_user("grace")
    add_all(new_work, ada, grace)
    for user in (ada, grace):
        give_belongings(empty_database, new_work, user)

    remove_account(new_work, ada)

    with empty_database.connect() as connection:
        for table in (calendar_feeds, idempotency_keys, webhooks, mails, mail_tokens):
            assert connection.execute(select(table.c.user_id)).scalars().all() == [grace.id]


def give_belongings(database, new_work, user):
    with new_work() as work:
        work.calendar_feeds.put(CalendarFeed.open(user.id, new_feed_secret(), NOON))
        work.webhooks.add(a_webhook(user_id=user.id))
        work.mails.add(a_queued_mail(user))
        work.mail_tokens.add(
            MailToken.issue(str(user.id), user.id, TokenPurpose.VERIFY_EMAIL, user.email, NOON)
        )
        work.commit()
    key = {"user_id": user.id, "key": "k", "fingerprint": b"", "answer": {}, "created_at": NOON}
    with database.begin() as connection:
        connection.execute(insert(idempotency_keys), key)


@pytest.mark.parametrize("function", [publish, attend, create_feed])
def test_a_request_that_waits_for_the_deletion_changes_nothing(empty_database, new_work, function):
    ada, grace = a_user("ada"), a_user("grace")
    event = an_event(creator_id=grace.id)
    add_all(new_work, ada, grace, event)

    with ThreadPoolExecutor(1) as pool, new_work() as deletion:
        user = deletion.users.find_for_update(ada.id)
        outcome = pool.submit(function, new_work, event, ada)
        with empty_database.connect() as connection:
            while connection.execute(WAITING).scalar_one() == 0:
                assert not outcome.done(), "the request did not wait"
        deletion.users.remove(user)
        deletion.commit()

        with pytest.raises(AccountDeleted):
            outcome.result(timeout=30)

    with new_work() as work:
        assert work.events.affected_by_deletion_for_update(ada.id, NOON, 10) == []
        assert work.events.get_for_update(event.id, attendee=grace.id).attendees_count == 0
        assert work.outbox.take(10) == []
    with empty_database.connect() as connection:
        assert connection.execute(select(calendar_feeds)).all() == []


@pytest.fixture
def full_event(new_work):
    """Of Mary, who has its only seat."""
    mary = a_user("mary")
    event = an_event(creator_id=mary.id, capacity=1)
    add_all(new_work, mary, event)
    attend(new_work, event, mary)
    return event


def wait_for_lock(database, outcome):
    with database.connect() as connection:
        while connection.execute(WAITING).scalar_one() == 0:
            assert not outcome.done(), "it did not wait"


def test_nobody_joins_a_waitlist_while_their_account_is_deleted(
    empty_database, new_work, full_event
):
    ada = a_user("ada")
    add_all(new_work, ada)

    with ThreadPoolExecutor(1) as pool, new_work() as deletion:
        user = deletion.users.find_for_update(ada.id)
        outcome = pool.submit(join_waitlist, new_work, full_event, ada)
        wait_for_lock(empty_database, outcome)
        deletion.users.remove(user)
        deletion.commit()

        with pytest.raises(AccountDeleted):
            outcome.result(timeout=30)

    assert verify(empty_database).differences == ()


def next_in_line(new_work, event, limit):
    with new_work() as work:
        work.events.get_seats_for_update(event.id, attendee=event.creator_id)
        return [entry.user_id for entry in work.events.next_in_line(event.id, limit)]


@pytest.mark.parametrize("is_committed", [True, False])
def test_next_in_line_waits_for_a_deletion_and_skips_the_account(
    empty_database, new_work, full_event, is_committed
):
    ada, grace, hedy = people = [a_user(name) for name in ("ada", "grace", "hedy")]
    add_all(new_work, *people)
    for person in people:
        join_waitlist(new_work, full_event, person)

    with ThreadPoolExecutor(1) as pool:
        with new_work() as deletion:
            deletion.users.remove(deletion.users.find_for_update(ada.id))
            outcome = pool.submit(next_in_line, new_work, full_event, 2)
            wait_for_lock(empty_database, outcome)
            if is_committed:
                deletion.commit()
        found = outcome.result(timeout=30)

    assert found == ([grace.id, hedy.id] if is_committed else [ada.id, grace.id])


def test_an_account_that_is_next_in_line_is_not_deleted_before_the_promotion(
    empty_database, new_work, full_event
):
    ada = a_user("ada")
    add_all(new_work, ada)
    join_waitlist(new_work, full_event, ada)

    def delete():
        with new_work() as work:
            work.users.remove(work.users.find_for_update(ada.id))
            work.commit()

    with ThreadPoolExecutor(1) as pool, new_work() as cancellation:
        event = cancellation.events.get_for_update(full_event.id, attendee=full_event.creator_id)
        event.cancel(NOON)
        event.promote(cancellation.events.next_in_line, NOON)
        deletion = pool.submit(delete)
        wait_for_lock(empty_database, deletion)
        cancellation.events.save(event)
        cancellation.commit()
        deletion.result(timeout=30)

    [withdrawn] = affected(new_work, ada)
    assert withdrawn.seat.is_taken


def test_a_seat_that_is_given_back_meanwhile_is_not_given_back_again(empty_database, new_work):
    ada, grace = a_user("ada"), a_user("grace")
    event = an_event(creator_id=grace.id)
    add_all(new_work, ada, grace, event)
    attend(new_work, event, ada)

    def upcoming():
        with new_work() as work:
            return work.events.affected_by_deletion_for_update(ada.id, NOON, 10)

    with ThreadPoolExecutor(1) as pool, new_work() as cancellation:
        loaded = cancellation.events.get_for_update(event.id, attendee=ada.id)
        found = pool.submit(upcoming)
        wait_for_lock(empty_database, found)
        loaded.cancel(NOON)
        cancellation.events.save(loaded)
        cancellation.commit()

        assert found.result(timeout=30) == []


@pytest.fixture
def many(new_work):
    """A user with more upcoming events than one batch, one of them a draft, and as many seats."""
    ada, grace = a_user("ada"), a_user("grace")
    own = [an_event(creator_id=ada.id) for _ in range(BATCH)]
    own.append(an_event(creator_id=ada.id, state=EventState.DRAFT))
    others = [an_event(creator_id=grace.id) for _ in range(BATCH + 1)]
    add_all(new_work, ada, grace, *own, *others)
    for event in others:
        attend(new_work, event, ada)
    return ada


def withdraw_from_events(new_work):
    return WithdrawFromEvents(new_work, FakeClock())


def test_a_deletion_locks_one_batch_at_a_time(many, new_work, messages):
    remove_account(new_work, many)
    messages.clear()

    withdraw_from_events(new_work)(many.id)

    transactions = b"".join(messages).split(b"BEGIN")[1:]
    changes = [
        each.count(b"DELETE FROM events") + each.count(b"UPDATE events SET")
        for each in transactions
    ]
    assert changes == [BATCH, BATCH, 2]


def test_an_interrupted_deletion_can_be_finished(many, empty_database, new_work):
    remove_account(new_work, many)
    accounts = PostgresAccountQueries(Reader(empty_database))
    last = max(event.id for event in affected(new_work, many))
    with new_work() as other, pytest.raises(Unavailable):
        run_in(other, f"SELECT FROM events WHERE id = '{last}' FOR UPDATE")
        withdraw_from_events(new_work)(many.id)  # fails on a timeout

    assert len(affected(new_work, many)) == 2
    assert accounts.unfinished_deletions(NOON) == [many.id]
    withdraw_from_events(new_work)(many.id)
    assert accounts.unfinished_deletions(NOON) == []
    assert affected(new_work, many) == []
    with empty_database.connect() as connection:
        own = connection.execute(select(events.c.state).where(events.c.creator_id == many.id))
        assert own.scalars().all() == [EventState.CANCELLED] * BATCH
    verification = verify(empty_database)
    assert (verification.seats, verification.differences) == (0, ())


def affected(new_work, user):
    with new_work() as work:
        return work.events.affected_by_deletion_for_update(user.id, NOON, 10 * BATCH)


def remove_account(new_work, user):
    with new_work() as work:
        work.users.remove(work.users.find_for_update(user.id))
        work.commit()


def test_a_deletion_by_the_previous_release_ends_feeds_too(empty_database, new_work):
    ada, secret = a_user("ada"), new_feed_secret()
    add_all(new_work, ada)
    calendars = PostgresCalendarQueries(Reader(empty_database))
    with new_work() as work:
        work.calendar_feeds.put(CalendarFeed.open(ada.id, secret, NOON))
        work.commit()
    assert calendars.entries(secret.hash, 1, 1, NOON) == []

    with empty_database.begin() as connection:  # all that the previous release does to the row
        connection.execute(update(users).values(username=None, email=None, password_hash=None))

    with pytest.raises(CalendarNotFound):
        calendars.entries(secret.hash, 1, 1, NOON)
