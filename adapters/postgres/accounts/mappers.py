"""Map rows to entities and back; a contract test round-trips every field."""

from typing import Any

from adapters.postgres.connection import Row
from domain.accounts.credentials import Username
from domain.accounts.session import ClientInfo, Session
from domain.accounts.user import User


def user_from_row(row: Row) -> User:
    return User(
        id=row.id,
        # Unchecked, so that accounts created before a rule stay usable.
        username=str.__new__(Username, row.username),
        email=row.email,
        password_hash=row.password_hash,
        created_at=row.created_at,
        verified_email=row.verified_email,
        notify_promotion=row.notify_promotion,
        notify_event_changes=row.notify_event_changes,
        notify_reminder=row.notify_reminder,
    )


def user_to_row(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": str(user.username),
        "email": user.email,
        "password_hash": user.password_hash,
        "created_at": user.created_at,
        "verified_email": user.verified_email,
        "notify_promotion": user.notify_promotion,
        "notify_event_changes": user.notify_event_changes,
        "notify_reminder": user.notify_reminder,
    }


def session_from_row(row: Row) -> Session:
    previous = row.previous_refresh_token_hash
    return Session(
        id=row.id,
        user_id=row.user_id,
        refresh_token_hash=bytes(row.refresh_token_hash),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        ends_at=row.ends_at,
        client_info=ClientInfo(row.ip, row.user_agent),
        revoked_at=row.revoked_at,
        previous_refresh_token_hash=previous and bytes(previous),
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
        "ip": session.client_info.ip,
        "user_agent": session.client_info.user_agent,
        "previous_refresh_token_hash": session.previous_refresh_token_hash,
    }
