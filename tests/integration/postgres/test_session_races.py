"""A session ends while one of its requests waits for a lock."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import text, update

from adapters.postgres.schema.tables import sessions
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.accounts.revoke_all_sessions import RevokeAllSessions
from application.caller import Caller
from application.events.attend_event import AttendEvent
from application.events.cancel_attendance import CancelAttendance
from application.events.delete_event import DeleteEvent
from application.events.join_waitlist import JoinWaitlist
from domain.accounts.errors import RefreshTokenReused, RefreshTokenSuperseded, SessionEnded
from domain.accounts.session import token_hash
from domain.accounts.user import ProfileChanges
from tests.builders import CLIENT_INFO, NOON, a_session, a_user, an_event
from tests.fakes.clock import FakeClock
from tests.fakes.security import AuditInMemory
from tests.unit.application.world import World

WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype <> 'advisory'")


def attend(new_work, event, caller):
    AttendEvent(new_work, FakeClock())(event.id, caller)


def delete(new_work, event, caller):
    DeleteEvent(new_work, FakeClock())(event.id, caller)


def update_profile(new_work, event, caller):
    # Only this unit of work: the username and the email address stay.
    update = replace(World().update_profile, new_work=new_work)
    update(caller, ProfileChanges(notify_reminder=False), CLIENT_INFO)


def revoke_all_sessions(new_work, event, caller):
    RevokeAllSessions(new_work, FakeClock(), AuditInMemory())(caller, CLIENT_INFO)


def test_100_sessions_are_revoked_in_one_statement(empty_database, messages):
    new_work = PostgresUnitOfWorkFactory(empty_database)
    ada, audit = a_user("ada"), AuditInMemory()
    opened = [a_session(str(number), user_id=ada.id) for number in range(100)]
    with new_work() as work:
        work.users.add(ada)
        for session in opened:
            work.sessions.add(session)
        work.commit()
    messages.clear()

    caller = Caller(ada.id, opened[0].id, NOON)
    RevokeAllSessions(new_work, FakeClock(), audit)(caller, CLIENT_INFO)

    assert b"".join(messages).count(b"UPDATE sessions") == 1
    assert len(audit.audit_events) == 100
    with new_work() as work:
        for each in opened:
            assert not work.sessions.find_for_update(each.id, ada.id).is_live(NOON)


def test_a_token_replaced_by_the_previous_release_is_superseded(empty_database):
    new_work = PostgresUnitOfWorkFactory(empty_database)
    ada = a_user("ada")
    session = a_session("first", user_id=ada.id)
    with new_work() as work:
        work.users.add(ada)
        work.sessions.add(session)
        work.commit()
    with new_work() as work:
        rotated = work.sessions.find_for_update(session.id, session.user_id)
        rotated.rotate("first", "second", NOON, CLIENT_INFO)
        work.sessions.save(rotated)
        work.commit()
    with empty_database.begin() as connection:  # like 0.3.0, which does not know the column
        connection.execute(
            update(sessions)
            .where(sessions.c.id == session.id)
            .values(refresh_token_hash=token_hash("third"), last_used_at=NOON)
        )

    with new_work() as work:
        loaded = work.sessions.find_for_update(session.id, session.user_id)
    with pytest.raises(RefreshTokenSuperseded):
        loaded.rotate("second", "fourth", NOON, CLIENT_INFO)
    with pytest.raises(RefreshTokenReused):
        loaded.rotate("first", "fourth", NOON, CLIENT_INFO)


def assert_ends_with(session, lock_holder, database, act):
    """`act` waits for a lock of `lock_holder`. When it gets it, its session is revoked."""
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(act, Caller(session.user_id, session.id, NOON))
        with database.connect() as connection:
            while connection.execute(WAITING).scalar_one() == 0:
                assert not outcome.done(), "the request did not wait"
        with PostgresUnitOfWorkFactory(database)() as work:
            revoked = work.sessions.find_for_update(session.id, session.user_id)
            revoked.revoke(NOON)
            work.sessions.save(revoked)
            work.commit()
        lock_holder.commit()

        with pytest.raises(SessionEnded):
            outcome.result(timeout=30)


@pytest.mark.parametrize("function", [attend, delete, update_profile, revoke_all_sessions])
def test_a_request_of_an_ended_session_changes_nothing(empty_database, function):
    new_work = PostgresUnitOfWorkFactory(empty_database)
    ada = a_user("ada")
    event = an_event(creator_id=ada.id)
    session = a_session(user_id=ada.id)
    # Sessions are locked in order of id, so a request that needs all of them waits for this one.
    other = a_session("other", user_id=ada.id, id=UUID(int=1))
    with new_work() as work:
        work.users.add(ada)
        work.events.add(event)
        work.sessions.add(session)
        work.sessions.add(other)
        work.commit()

    with new_work() as lock_holder:
        lock_holder.events.get_for_update(event.id, attendee=ada.id)
        lock_holder.users.find_for_update(ada.id)
        lock_holder.sessions.find_for_update(other.id, other.user_id)
        act = partial(function, new_work, event)
        assert_ends_with(session, lock_holder, empty_database, act)

    with new_work() as work:
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
        assert not loaded.seat.is_taken
        assert work.users.get(ada.id).email == ada.email
        assert work.sessions.find_for_update(other.id, other.user_id).is_live(NOON)


def test_an_ended_session_promotes_nobody(empty_database):
    """The promotion waits for the account of the first in line."""
    new_work = PostgresUnitOfWorkFactory(empty_database)
    ada, grace = people = [a_user(name) for name in ("ada", "grace")]
    event = an_event(creator_id=ada.id, capacity=1)
    session = a_session(user_id=ada.id)
    with new_work() as work:
        for person in people:
            work.users.add(person)
        work.events.add(event)
        work.sessions.add(session)
        work.commit()
    attend(new_work, event, Caller(ada.id))
    JoinWaitlist(new_work, FakeClock())(event.id, Caller(grace.id))

    with new_work() as lock_holder:
        lock_holder.users.find_for_update(grace.id)
        act = partial(CancelAttendance(new_work, FakeClock()), event.id)
        assert_ends_with(session, lock_holder, empty_database, act)

    with new_work() as work:
        assert work.events.get_for_update(event.id, attendee=ada.id).seat.is_taken
