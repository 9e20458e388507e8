from dataclasses import dataclass
from uuid import UUID

from application.ports.tokens import Tokens
from domain.accounts.errors import InvalidToken


@dataclass(frozen=True)
class FindTokenSession:
    """The session of a token, valid or expired; None unless this service signed it."""

    tokens: Tokens

    def __call__(self, token: str) -> UUID | None:
        try:
            return self.tokens.read(token).session_id
        except InvalidToken:
            return None
