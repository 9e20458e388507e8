"""What can be refused about people and their sessions."""

from uuid import UUID

from domain.errors import Conflict, Forbidden, NotFound, Unauthenticated


class UsernameTaken(Conflict):
    code = "username_taken"

    def __init__(self, username: str) -> None:
        super().__init__(f"The username {username} is taken.")
        self.username = username


class InvalidCredentials(Unauthenticated):
    """One refusal for an unknown username and for a wrong password, so that neither shows."""

    code = "invalid_credentials"

    def __init__(self) -> None:
        super().__init__("The username or the password is wrong.")


class WrongPassword(Forbidden):
    """Not InvalidCredentials: the caller's token is good, and need not be thrown away."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("The current password is wrong.")


class SessionNotFound(NotFound):
    code = "session_not_found"

    def __init__(self, session_id: UUID) -> None:
        super().__init__(f"You have no session {session_id}.")
        self.session_id = session_id


class InvalidToken(Unauthenticated):
    code = "invalid_token"

    def __init__(self) -> None:
        super().__init__("The token is malformed, expired, revoked or of the wrong type.")


class SessionEnded(InvalidToken):
    """The session of an access token was revoked, has expired or is deleted."""


class AccountDeleted(Unauthenticated):
    """There is no account with the caller's id any more."""

    code = "invalid_token"

    def __init__(self) -> None:
        super().__init__("The account of this token has been deleted.")


class RefreshTokenReused(Unauthenticated):
    code = "refresh_token_reused"

    def __init__(self) -> None:
        super().__init__("The refresh token was spent before. Its session has ended: log in again.")
