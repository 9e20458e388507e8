"""No caller reads or writes once their session has ended."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria
from domain.accounts.errors import SessionEnded
from domain.events.errors import EventNotFound
from tests.builders import NOON, a_session, an_event

ALL = PageRequest(limit=100)
MICROSECOND = timedelta(microseconds=1)

READS = {
    "find events": lambda storage, _event, caller: storage.events.find(
        EventCriteria(), ALL, caller, NOON
    ),
    "get an event": lambda storage, event, caller: storage.events.get(event.id, caller, NOON),
    "attendees": lambda storage, event, caller: storage.events.attendees(event.id, ALL, caller),
    "profile": lambda storage, _event, caller: storage.accounts.get_profile(caller),
    "sessions": lambda storage, _event, caller: storage.accounts.live_sessions(caller, ALL, NOON),
    "calendar": lambda storage, event, caller: storage.calendars.entry(event.id, caller),
    "webhooks": lambda storage, _event, caller: storage.webhooks.webhooks(caller),
    "feed": lambda storage, _event, caller: storage.calendars.feed_created_at(caller),
}


@pytest.fixture
def session(storage, ada):
    session = a_session(user_id=ada.id)
    storage.keep(session)
    return session


@pytest.fixture
def event(storage, ada):
    return storage.keep_event(ada)


@pytest.fixture
def caller(ada, session):
    return Caller(ada.id, session.id, NOON)


@pytest.fixture(params=["revoked", "expired", "deleted", "of somebody else"])
def late_caller(request, storage, session, caller, grace):
    match request.param:
        case "revoked":
            with storage.new_work() as work:
                revoked = work.sessions.find_for_update(session.id, session.user_id)
                revoked.revoke(NOON)
                work.sessions.save(revoked)
                work.commit()
            return caller
        case "expired":
            return replace(caller, authenticated_at=session.expires_at)
        case "deleted":
            return replace(caller, session_id=uuid4())
        case _:
            return replace(caller, user_id=grace.id)


def take_seat(storage, event, caller):
    with storage.new_work(caller) as work:
        loaded = work.events.get_for_update(event.id, attendee=caller.user_id)
        loaded.attend(NOON)
        work.events.save(loaded)
        work.commit()


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_reads_need_a_live_session(storage, event, caller, late_caller, read):
    read(storage, event, Caller(caller.user_id))

    with pytest.raises(SessionEnded):
        read(storage, event, late_caller)


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_live_session_may_read(storage, event, caller, read):
    read(storage, event, caller)


def test_a_session_is_live_until_it_expires(storage, ada, event, session, caller):
    take_seat(storage, event, replace(caller, authenticated_at=session.expires_at - MICROSECOND))

    assert storage.load(event, ada).attendees_count == 1


def test_an_ended_session_takes_no_seat(storage, ada, event, late_caller):
    with pytest.raises(SessionEnded):
        take_seat(storage, event, late_caller)

    assert storage.load(event, ada).attendees_count == 0


def test_an_ended_session_adds_no_event(storage, ada, late_caller):
    event = an_event(creator_id=ada.id)
    with pytest.raises(SessionEnded), storage.new_work(late_caller) as work:
        work.events.add_and_commit(event, max_upcoming=1)

    with pytest.raises(EventNotFound):
        storage.load(event, ada)


def test_work_that_only_writes_needs_a_live_session(storage, event, late_caller):
    with pytest.raises(SessionEnded), storage.new_work(late_caller) as work:
        work.sessions.add(a_session("another", user_id=event.creator_id))
        work.commit()

    sessions = storage.accounts.live_sessions(Caller(event.creator_id), ALL, NOON)
    assert sessions.count <= 1
