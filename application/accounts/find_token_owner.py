from dataclasses import dataclass
from uuid import UUID

from application.ports.tokens import Tokens
from domain.accounts.errors import InvalidToken


@dataclass(frozen=True)
class FindTokenOwner:
    """Whose token it is, good or not any more; None for a text that this service never signed."""

    tokens: Tokens

    def __call__(self, token: str) -> UUID | None:
        try:
            return self.tokens.read(token).user_id
        except InvalidToken:
            return None
