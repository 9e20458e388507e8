"""Many at the same instant. The barrier makes the race; nothing sleeps."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest

from application.caller import Caller
from application.events.cancel_attendance import CancelAttendance
from application.webhooks.create_webhook import CreateWebhook, NewWebhook
from domain.accounts.errors import RefreshTokenSuperseded, UsernameTaken
from domain.errors import DomainError
from domain.events.description import Title
from domain.events.errors import CapacityExhausted, EventCancelled
from domain.events.event import EventChanges, Seat
from domain.events.state import CancellationReason, EventState
from domain.webhooks.errors import TooManyWebhooks
from domain.webhooks.webhook import MAX_WEBHOOKS, WebhookDescription
from tests.builders import CLIENT_INFO, NOON, SECOND, a_session, a_user
from tests.fakes.clock import FakeClock
from tests.fakes.security import AuditInMemory

THREADS = 20


def at_once(act, arguments):
    """What each call returned or raised."""
    arguments = list(arguments)
    barrier = Barrier(len(arguments))

    def call(argument):
        barrier.wait()
        try:
            return act(argument)
        except DomainError as error:
            return type(error)

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(call, arguments))


def test_of_20_people_exactly_one_gets_the_last_seat(storage, ada):
    event = storage.keep_event(ada, capacity=1)
    people = [a_user(f"user-{number}") for number in range(THREADS)]
    storage.keep(*people)

    outcomes = at_once(lambda person: storage.seat(event, person), people)

    assert sorted(map(str, outcomes)) == sorted(
        map(str, [None] + [CapacityExhausted] * (THREADS - 1))
    )
    assert storage.load(event, ada).attendees_count == 1
    assert [storage.seat_of(event, person).is_taken for person in people].count(True) == 1


@pytest.mark.parametrize("capacity", [1, 5])
def test_one_person_attending_20_times_at_once_takes_one_seat(storage, ada, capacity):
    event = storage.keep_event(ada, capacity=capacity)

    outcomes = at_once(lambda _: storage.seat(event, ada), range(THREADS))

    assert outcomes == [None] * THREADS
    assert storage.load(event, ada).attendees_count == 1


def test_one_person_cancelling_20_times_at_once_gives_one_seat_back(storage, ada, grace):
    event = storage.keep_event(ada, capacity=5)
    storage.seat(event, ada)
    storage.seat(event, grace)

    outcomes = at_once(lambda _: storage.unseat(event, ada), range(THREADS))

    assert outcomes == [None] * THREADS
    assert storage.load(event, grace).attendees_count == 1
    assert storage.seat_of(event, grace).is_taken


def test_people_who_join_at_once_get_successive_numbers(storage, ada):
    event, people = full_event(storage, ada, seats=1, waiting=0)

    at_once(lambda person: storage.join_waitlist(event, person), people[1:])

    entries = [storage.load(event, person).waitlist_entry for person in people[1:]]
    assert sorted(each.number for each in entries) == list(range(1, THREADS))
    assert storage.load(event, ada).waitlist_count == THREADS - 1


def test_10_people_who_cancel_at_once_promote_the_first_10_in_line(storage, ada):
    event, people = full_event(storage, ada, seats=10, waiting=20)
    cancel = CancelAttendance(storage.new_work, FakeClock())

    at_once(lambda person: cancel(event.id, Caller(person.id)), people[:10])

    assert [storage.seat_of(event, person).is_taken for person in people] == [
        *[False] * 10,
        *[True] * 10,
        *[False] * 10,
    ]
    loaded = storage.load(event, ada)
    assert (loaded.attendees_count, loaded.waitlist_count) == (10, 10)


def full_event(storage, creator, *, seats, waiting):
    """The event, and people: those with seats, those who wait, and others up to THREADS."""
    event = storage.keep_event(creator, capacity=seats)
    people = [a_user(f"user-{number}") for number in range(max(THREADS, seats + waiting))]
    storage.keep(*people)
    for person in people[:seats]:
        storage.seat(event, person)
    for person in people[seats : seats + waiting]:
        storage.join_waitlist(event, person)
    return event, people


def test_no_seat_is_granted_after_a_concurrent_call_off(storage, ada):
    event = storage.keep_event(ada, capacity=THREADS)
    people = [a_user(f"user-{number}") for number in range(THREADS - 1)]
    storage.keep(*people)

    def attend_or_call_off(person):
        if person is None:
            storage.call_off(event)
            return None
        with storage.new_work() as work:
            loaded = work.events.get_seats_for_update(event.id, attendee=person.id)
            loaded.attend(NOON)
            work.events.save(loaded)
            work.commit()
        return Seat

    outcomes = at_once(attend_or_call_off, [*people, None])

    seats = outcomes.count(Seat)
    assert outcomes.count(EventCancelled) == THREADS - 1 - seats
    loaded = storage.load(event, ada)
    assert (loaded.state, loaded.attendees_count) == (EventState.CANCELLED, seats)
    assert [storage.seat_of(event, person).is_taken for person in people].count(True) == seats


def test_an_edit_concurrent_with_a_call_off_precedes_it_or_fails(storage, ada):
    event = storage.keep_event(ada)

    def edit_or_call_off(title):
        if title is None:
            storage.call_off(event)
            return None
        with storage.new_work() as work:
            loaded = work.events.get_for_update(event.id, attendee=ada.id)
            loaded.edit(EventChanges(title=title), ada.id, NOON)
            work.events.save(loaded)
            work.commit()
        return Title

    titles = [Title(f"Title {number}") for number in range(THREADS - 1)]
    outcomes = at_once(edit_or_call_off, [*titles, None])

    edits = outcomes.count(Title)
    assert outcomes.count(EventCancelled) == THREADS - 1 - edits
    loaded = storage.load(event, ada)
    assert (loaded.state, loaded.revision) == (EventState.CANCELLED, edits + 1)


def test_an_event_published_20_times_at_once_is_published_once(storage, ada):
    event = storage.keep_event(ada, state=EventState.DRAFT)

    def publish(number):
        storage.publish(event, now=NOON + number * SECOND)

    assert at_once(publish, range(THREADS)) == [None] * THREADS

    loaded = storage.load(event, ada)
    assert (loaded.state, loaded.revision) == (EventState.PUBLISHED, 1)
    assert loaded.published_at == loaded.updated_at


def test_of_20_concurrent_call_offs_the_first_reason_stays(storage, ada):
    event = storage.keep_event(ada)

    def call_off(number):
        storage.call_off(event, CancellationReason(f"Reason {number}"), NOON + number * SECOND)

    assert at_once(call_off, range(THREADS)) == [None] * THREADS

    loaded = storage.load(event, ada)
    number = int((loaded.cancelled_at - NOON) / SECOND)
    assert (loaded.cancellation_reason, loaded.revision) == (f"Reason {number}", 1)


def test_of_20_webhooks_that_are_created_at_once_10_are(storage, ada):
    create = CreateWebhook(
        storage.new_work, FakeClock(), uuid4, lambda: bytes(32), AuditInMemory(), False
    )
    new = NewWebhook("https://example.org/", None, WebhookDescription(""))

    outcomes = at_once(lambda _: create(Caller(ada.id), new, CLIENT_INFO), range(THREADS))

    assert outcomes.count(TooManyWebhooks) == THREADS - MAX_WEBHOOKS
    assert len(storage.webhooks.webhooks(Caller(ada.id))) == MAX_WEBHOOKS


def test_20_concurrent_wrong_passwords_are_all_counted(storage):
    def fail(_):
        with storage.new_work() as work:
            failures = work.password_attempts.count_failure(b"key", NOON)
            work.commit()
        return failures

    assert sorted(at_once(fail, range(THREADS))) == list(range(1, THREADS + 1))


def test_of_20_sign_ups_with_one_username_exactly_one_succeeds(storage):
    outcomes = at_once(lambda _: storage.keep(a_user("ada")), range(THREADS))

    assert outcomes.count(None) == 1
    assert outcomes.count(UsernameTaken) == THREADS - 1


def test_one_of_20_concurrent_refreshes_succeeds_and_the_session_continues(storage, ada):
    session = a_session("first", user_id=ada.id)
    storage.keep(session)

    def refresh(number):
        with storage.new_work() as work:
            loaded = work.sessions.find_for_update(session.id, session.user_id)
            try:
                loaded.rotate("first", f"successor {number}", NOON, CLIENT_INFO)
            finally:
                work.sessions.save(loaded)
                work.commit()

    outcomes = at_once(refresh, range(THREADS))

    assert outcomes.count(None) == 1
    assert outcomes.count(RefreshTokenSuperseded) == THREADS - 1
    with storage.new_work() as work:
        assert work.sessions.find_for_update(session.id, session.user_id).is_live(NOON)
