"""Row to aggregate and back. Every field makes the round trip; a contract test holds that.

A row has all columns of its table, in their order.
"""

from typing import Any
from uuid import UUID

from adapters.persistence.driver import Row
from domain.accounts.credentials import Username
from domain.accounts.session import Origin, Session
from domain.accounts.user import User
from domain.events.description import Capacity, Description, EventType, Location, Title
from domain.events.event import Event, Seat
from domain.events.schedule import Schedule


def user_from_row(row: Row) -> User:
    user_id, username, email, password_hash, created_at = row
    return User(user_id, Username(username), email, password_hash, created_at)


def user_to_row(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": str(user.username),
        "email": user.email,
        "password_hash": user.password_hash,
        "created_at": user.created_at,
    }


def session_from_row(row: Row) -> Session:
    (
        session_id,
        user_id,
        refresh_token_hash,
        created_at,
        last_used_at,
        expires_at,
        revoked_at,
        ends_at,
        ip,
        user_agent,
    ) = row
    return Session(
        id=session_id,
        user_id=user_id,
        refresh_token_hash=bytes(refresh_token_hash),
        created_at=created_at,
        last_used_at=last_used_at,
        expires_at=expires_at,
        ends_at=ends_at,
        origin=Origin(ip, user_agent),
        revoked_at=revoked_at,
    )


def session_to_row(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "user_id": session.user_id,
        "refresh_token_hash": session.refresh_token_hash,
        "created_at": session.created_at,
        "last_used_at": session.last_used_at,
        "expires_at": session.expires_at,
        "revoked_at": session.revoked_at,
        "ends_at": session.ends_at,
        "ip": session.origin.ip,
        "user_agent": session.origin.user_agent,
    }


def event_from_row(row: Row, attendee: UUID) -> Event:
    """The row ends with when the attendee's seat was taken; None where it is not."""
    (
        event_id,
        creator_id,
        title,
        description,
        start_time,
        end_time,
        capacity,
        attendees_count,
        created_at,
        updated_at,
        event_type,
        location,
        revision,
        registered_at,
    ) = row
    return Event(
        id=event_id,
        creator_id=creator_id,
        title=Title(title),
        description=Description(description),
        schedule=Schedule(start_time, end_time),
        capacity=Capacity(capacity),
        attendees_count=attendees_count,
        seat=Seat(attendee, registered_at),
        created_at=created_at,
        updated_at=updated_at,
        type=EventType(event_type),
        location=Location(location),
        revision=revision,
    )


def event_to_row(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "creator_id": event.creator_id,
        "title": str(event.title),
        "description": str(event.description),
        "start_time": event.schedule.start_time,
        "end_time": event.schedule.end_time,
        "capacity": int(event.capacity),
        "attendees_count": event.attendees_count,
        "created_at": event.created_at,
        "updated_at": event.updated_at,
        "type": str(event.type),
        "location": str(event.location),
        "revision": event.revision,
    }
