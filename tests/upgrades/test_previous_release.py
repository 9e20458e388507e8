"""The statements of release 0.3.0, without states, waitlists and mail, on the current schema."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from adapters.postgres.accounts.queries import PostgresAccountQueries
from adapters.postgres.engine import make_engine
from adapters.postgres.errors import translate_error
from adapters.postgres.events.queries import PostgresEventQueries
from adapters.postgres.maintenance.verify import verify
from adapters.postgres.reader import Reader
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from adapters.system import new_id
from application.caller import Caller
from application.errors import Unavailable
from application.events.attend_event import AttendEvent
from domain.events.state import NO_REASON, EventState
from tests.builders import HOUR, NOON, a_queued_mail, a_user, a_verified_user, an_event
from tests.fakes.clock import FakeClock
from tests.postgres import a_database
from tests.storage import add_all, change

LOCK = text("SELECT FROM events WHERE id = :event FOR UPDATE")
LOAD = text("""
    SELECT id, creator_id, title, description, start_time, end_time, capacity, attendees_count,
           created_at, updated_at, type, location, revision,
           (SELECT registered_at FROM attendances WHERE event_id = id AND user_id = :person)
    FROM events WHERE id = :event
""")
ADD = text("""
    INSERT INTO events (id, creator_id, title, description, start_time, end_time, capacity,
                        attendees_count, created_at, updated_at, type, location, revision)
    SELECT gen_random_uuid(), (SELECT id FROM users WHERE id = :person FOR KEY SHARE), 'Tea', '',
           :start_time, :end_time, 10, 0, :now, :now, 'other', '', 0
    RETURNING id
""")
TAKE = text("""
    WITH seat AS (
        INSERT INTO attendances (event_id, user_id, registered_at)
        SELECT :event, (SELECT id FROM users WHERE id = :person FOR KEY SHARE), :now
        RETURNING event_id
    )
    UPDATE events SET attendees_count = 1 WHERE id = :event AND EXISTS (SELECT FROM seat)
""")
GIVE_BACK = text("""
    WITH seat AS (
        DELETE FROM attendances WHERE event_id = :event AND user_id = :person RETURNING event_id
    )
    UPDATE events SET attendees_count = 0 WHERE id = :event AND EXISTS (SELECT FROM seat)
""")
EDIT = text("UPDATE events SET title = 'Coffee', updated_at = :now, revision = 1 WHERE id = :event")
REMOVE = text("DELETE FROM events WHERE id = :event")
SIGN_UP = text("""
    INSERT INTO users (id, username, email, password_hash, created_at)
    VALUES (gen_random_uuid(), 'hedy', 'hedy@example.org', '', :now)
    ON CONFLICT (lower(username)) DO NOTHING RETURNING id
""")
CHANGE_EMAIL = text("UPDATE users SET email = 'new@example.org' WHERE id = :person RETURNING id")
DELETE_ACCOUNT = text("""
    UPDATE users SET username = NULL, email = NULL, password_hash = NULL WHERE id = :person
""")


@pytest.fixture
def database(postgres):
    with a_database(postgres) as url:
        engine = make_engine(url, pool_size=2, is_autocommit=True)
        yield engine
        engine.dispose()


@pytest.fixture
def new_work(database):
    return PostgresUnitOfWorkFactory(database)


@pytest.fixture
def ada(new_work):
    ada = a_user()
    with new_work() as work:
        work.users.add(ada)
        work.commit()
    return ada


@pytest.fixture
def previous_release(database, ada):
    """A transaction of the previous release, for Ada by default."""

    def run(event, *statements, person=ada):
        values = {
            "event": event and event.id,
            "person": person.id,
            "now": NOON,
            "start_time": NOON + HOUR,
            "end_time": NOON + 2 * HOUR,
        }
        with database.begin() as connection:
            results = [connection.execute(statement, values) for statement in statements]
            return results[-1].scalar_one() if results[-1].returns_rows else None

    return run


@pytest.fixture
def an_event_in(new_work, ada):
    def add(state):
        event = an_event(creator_id=ada.id, state=state)
        with new_work() as work:
            work.events.add(event)
            work.commit()
        return event

    return add


def load(new_work, event_id, ada):
    with new_work() as work:
        return work.events.get_for_update(event_id, attendee=ada.id)


def test_its_events_are_published_on_creation(database, new_work, ada, previous_release):
    event_id = previous_release(None, ADD)

    event = load(new_work, event_id, ada)
    assert (event.state, event.published_at) == (EventState.PUBLISHED, NOON)
    view = PostgresEventQueries(Reader(database)).get(event_id, Caller(ada.id), NOON)
    assert (view.state, view.published_at) == (EventState.PUBLISHED, NOON)
    assert (view.timezone, view.visibility, view.attendees_visible_to) == (
        "UTC",
        "public",
        "everyone",
    )


def test_it_attends_edits_and_deletes_published_events(
    new_work, ada, previous_release, an_event_in
):
    event = an_event_in(EventState.PUBLISHED)

    previous_release(event, LOCK, LOAD, TAKE)
    assert load(new_work, event.id, ada).seat.is_taken
    previous_release(event, LOCK, LOAD, GIVE_BACK)
    previous_release(event, LOCK, LOAD, EDIT)
    loaded = load(new_work, event.id, ada)
    assert (loaded.title, loaded.attendees_count) == ("Coffee", 0)
    previous_release(event, LOCK, LOAD, REMOVE)


@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.CANCELLED])
def test_it_grants_no_seat_unless_the_event_is_published(
    new_work, ada, previous_release, an_event_in, state
):
    """It responds with 503, without retrying."""
    event = an_event_in(state)

    with pytest.raises(OperationalError) as error:
        previous_release(event, LOCK, LOAD, TAKE)

    assert type(translate_error(error.value)) is Unavailable
    loaded = load(new_work, event.id, ada)
    assert (loaded.attendees_count, loaded.seat.is_taken) == (0, False)


def test_it_gives_back_seats_of_a_cancelled_event(new_work, ada, previous_release, an_event_in):
    event = an_event_in(EventState.PUBLISHED)
    previous_release(event, LOCK, LOAD, TAKE)
    change(new_work, event, lambda loaded: loaded.call_off(NO_REASON, by=ada.id, now=NOON))

    previous_release(event, LOCK, LOAD, GIVE_BACK)

    assert load(new_work, event.id, ada).attendees_count == 0


@pytest.fixture
def guests(new_work):
    guests = [a_user(name) for name in ("grace", "hedy")]
    add_all(new_work, *guests)
    return guests


@pytest.fixture
def full_event(new_work, ada, guests):
    """Grace has its only seat, and Ada waits."""
    event = an_event(creator_id=ada.id, capacity=1)
    add_all(new_work, event)
    change(new_work, event, lambda loaded: loaded.attend(NOON), guests[0])
    change(new_work, event, lambda loaded: loaded.join_waitlist(NOON), ada)
    return event


def test_its_events_have_a_waitlist(database, new_work, ada, previous_release):
    event = load(new_work, previous_release(None, ADD), ada)

    assert (event.waitlist_enabled, event.waitlist_count) == (True, 0)
    assert (event.last_waitlist_number, event.waitlist_entry) == (0, None)


def test_it_promotes_nobody_and_gives_the_free_seat_to_whoever_attends_first(
    database, new_work, guests, previous_release, full_event
):
    """The documented exception."""
    grace, hedy = guests

    previous_release(full_event, LOCK, LOAD, GIVE_BACK, person=grace)
    previous_release(full_event, LOCK, LOAD, TAKE, person=hedy)

    loaded = load(new_work, full_event.id, hedy)
    assert loaded.seat.is_taken
    assert (loaded.attendees_count, loaded.waitlist_count) == (1, 1)
    assert verify(database).differences == ()


def test_it_gives_no_seat_to_somebody_on_the_waitlist(
    new_work, ada, guests, previous_release, full_event
):
    """It responds with 503, without retrying; this release takes them off the waitlist."""
    previous_release(full_event, LOCK, LOAD, GIVE_BACK, person=guests[0])

    with pytest.raises(OperationalError) as error:
        previous_release(full_event, LOCK, LOAD, TAKE)

    assert type(translate_error(error.value)) is Unavailable
    loaded = load(new_work, full_event.id, ada)
    assert (loaded.attendees_count, loaded.seat.is_taken) == (0, False)
    AttendEvent(new_work, FakeClock())(full_event.id, Caller(ada.id))
    loaded = load(new_work, full_event.id, ada)
    assert (loaded.seat.is_taken, loaded.waitlist_entry) == (True, None)


def test_it_edits_and_deletes_an_event_with_a_waitlist(
    database, new_work, ada, previous_release, full_event
):
    previous_release(full_event, LOCK, LOAD, EDIT)

    loaded = load(new_work, full_event.id, ada)
    assert (loaded.title, loaded.waitlist_count) == ("Coffee", 1)
    previous_release(full_event, LOCK, LOAD, REMOVE)
    assert verify(database).events == 0


def test_its_accounts_want_all_notices_at_an_address_that_is_not_verified(
    new_work, previous_release
):
    user_id = previous_release(None, SIGN_UP)

    with new_work() as work:
        user = work.users.get(user_id)
    assert user.email == "hedy@example.org"
    assert not user.email_verified
    assert (user.notify_promotion, user.notify_event_changes, user.notify_reminder) == (True,) * 3


@pytest.fixture
def grace(new_work):
    """Her address is verified."""
    grace = a_verified_user("grace")
    add_all(new_work, grace)
    return grace


def test_an_address_that_it_sets_is_not_verified(database, new_work, previous_release, grace):
    accounts = PostgresAccountQueries(Reader(database))
    assert accounts.get_profile(Caller(grace.id)).email_verified

    previous_release(None, CHANGE_EMAIL, person=grace)

    profile = accounts.get_profile(Caller(grace.id))
    assert (profile.email, profile.email_verified) == ("new@example.org", False)
    with new_work() as work:
        assert not work.users.get(grace.id).email_verified
        assert work.mails.users_with_verified_email("grace@example.org") == []


def test_an_account_that_it_deletes_gets_no_mail(new_work, previous_release, grace):
    mail = a_queued_mail(grace)
    with new_work() as work:
        work.mails.add(mail)
        work.commit()

    previous_release(None, DELETE_ACCOUNT, person=grace)

    with new_work() as work:
        assert work.mails.claim_due(NOON, 10, lease_id=new_id(), lease_until=NOON) == []
        assert work.mails.users_with_verified_email("grace@example.org") == []


def test_it_deletes_an_event_with_a_reminder(new_work, previous_release, an_event_in):
    event = an_event_in(EventState.PUBLISHED)
    with new_work() as work:
        assert len(work.reminders.take_due(NOON, NOON + HOUR, 10)) == 1
        work.commit()

    previous_release(event, LOCK, LOAD, REMOVE)

    with new_work() as work:
        assert work.events.find(event.id) is None
