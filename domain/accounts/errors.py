"""Errors of accounts and sessions."""

from datetime import timedelta
from math import ceil
from uuid import UUID

from domain.errors import Conflict, Forbidden, Invalid, NotFound, TooManyAttempts, Unauthenticated


class UsernameTaken(Conflict):
    code = "username_taken"

    def __init__(self, username: str) -> None:
        super().__init__(f"The username {username} is taken.")
        self.username = username


class InvalidCredentials(Unauthenticated):
    """One error for an unknown username and for a wrong password, so that neither shows."""

    code = "invalid_credentials"

    def __init__(self) -> None:
        super().__init__("Wrong username or password.")


class WrongPassword(Forbidden):
    """Not InvalidCredentials: the caller's token is valid and stays in use."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("The current password is wrong.")


class TooManyWrongPasswords(TooManyAttempts):
    """Also raised for usernames without an account, so that it does not reveal accounts."""

    code = "too_many_wrong_passwords"

    def __init__(self, retry_after: timedelta) -> None:
        seconds = ceil(retry_after.total_seconds())
        super().__init__(f"Too many attempts in a row. Try again in {seconds} s.", retry_after)


class SessionNotFound(NotFound):
    code = "session_not_found"

    def __init__(self, session_id: UUID) -> None:
        super().__init__(f"Session {session_id} not found.")
        self.session_id = session_id


class InvalidToken(Unauthenticated):
    code = "invalid_token"

    def __init__(self) -> None:
        super().__init__("The token is malformed, expired, revoked, or of the wrong type.")


class SessionEnded(InvalidToken):
    """The session of an access token was revoked, has expired or is deleted."""


class AccountDeleted(Unauthenticated):
    """The caller's account no longer exists."""

    code = "invalid_token"

    def __init__(self) -> None:
        super().__init__("The account of this token has been deleted.")


class RefreshTokenSuperseded(Unauthenticated):
    code = "refresh_token_superseded"

    def __init__(self) -> None:
        super().__init__(
            "This refresh token has just been replaced. Use the new tokens; the session continues."
        )


class RefreshTokenReused(Unauthenticated):
    code = "refresh_token_reused"

    def __init__(self) -> None:
        super().__init__(
            "This refresh token has already been used. Its session has ended; log in again."
        )


class MailDisabled(Conflict):
    code = "mail_disabled"

    def __init__(self) -> None:
        super().__init__("This server sends no mail, so passwords cannot be reset.")


class InvalidMailToken(Invalid):
    """Also for tokens of deleted accounts, and of addresses that were changed."""

    code = "invalid_mail_token"

    def __init__(self) -> None:
        super().__init__("token", "Invalid, expired or already used. Request a new email.")
