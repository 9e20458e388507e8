from abc import abstractmethod
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.accounts.session import ClientInfo


class AuditEvent(StrEnum):
    """Security events."""

    LOGIN_FAILED = "login_failed"
    LOGGED_IN = "logged_in"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"
    SESSION_REVOKED = "session_revoked"
    PASSWORD_CHANGED = "password_changed"
    WRONG_PASSWORD = "wrong_password"
    TOO_MANY_WRONG_PASSWORDS = "too_many_wrong_passwords"
    PASSWORD_RESET_REQUESTED = "password_reset_requested"
    PASSWORD_RESET = "password_reset"
    EMAIL_CHANGED = "email_changed"
    EMAIL_VERIFIED = "email_verified"
    WEBHOOK_CREATED = "webhook_created"
    WEBHOOK_SECRET_ROTATED = "webhook_secret_rotated"
    CALENDAR_FEED_CREATED = "calendar_feed_created"
    ACCOUNT_DELETED = "account_deleted"


class AuditLog(Protocol):
    @abstractmethod
    def record(
        self,
        audit_event: AuditEvent,
        user_id: UUID | None,
        session_id: UUID | None = None,
        client_info: ClientInfo | None = None,
    ) -> None:
        """Record an event that has happened. Never pass tokens or passwords.

        `user_id` is None if a login names no account, and for requests to reset a password. The
        name is not recorded: it may be a password, typed into the wrong field.
        """
