from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from domain.accounts.mail_token import MailToken, TokenPurpose

# Returns a new secret of TOKEN_BYTES random bytes, in URL-safe base64.
NewMailToken: TypeAlias = Callable[[], str]


class MailTokens(Protocol):
    @abstractmethod
    def add(self, token: MailToken) -> None: ...

    @abstractmethod
    def get(self, token_hash: bytes, purpose: TokenPurpose, now: datetime) -> MailToken:
        """Without a lock. Raises InvalidMailToken if there is none, or it has expired."""

    @abstractmethod
    def remove_all(self, user_id: UUID, purpose: TokenPurpose) -> None:
        """Remove the user's tokens, so that none works again."""
