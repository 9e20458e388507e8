"""Row to aggregate and back. Every field makes the round trip; a contract test holds that."""

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
    return User(
        id=row.id,
        username=Username(row.username),
        email=row.email,
        password_hash=row.password_hash,
        created_at=row.created_at,
    )


def user_to_row(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": str(user.username),
        "email": user.email,
        "password_hash": user.password_hash,
        "created_at": user.created_at,
    }


def session_from_row(row: Row) -> Session:
    return Session(
        id=row.id,
        user_id=row.user_id,
        refresh_token_hash=bytes(row.refresh_token_hash),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        ends_at=row.ends_at,
        origin=Origin(row.ip, row.user_agent),
        revoked_at=row.revoked_at,
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
    """`registered_at` is when the attendee's seat was taken; None where it is not."""
    return Event(
        id=row.id,
        creator_id=row.creator_id,
        title=Title(row.title),
        description=Description(row.description),
        schedule=Schedule(row.start_time, row.end_time),
        capacity=Capacity(row.capacity),
        attendees_count=row.attendees_count,
        seat=Seat(attendee, row.registered_at),
        created_at=row.created_at,
        updated_at=row.updated_at,
        type=EventType(row.type),
        location=Location(row.location),
        revision=row.revision,
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
