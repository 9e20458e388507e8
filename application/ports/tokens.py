from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class TokenType(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """A token stores both instants in whole seconds."""

    type: TokenType
    token_id: UUID
    user_id: UUID
    session_id: UUID
    issued_at: datetime
    expires_at: datetime


class Tokens(Protocol):
    @abstractmethod
    def issue(self, claims: TokenClaims) -> str:
        """A signed token."""

    @abstractmethod
    def read(self, token: str) -> TokenClaims:
        """The claims of a token that this service signed, even if it has expired.

        Raises InvalidToken for anything else.
        """
