from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.accounts.session import Session


class SessionRepository(Protocol):
    @abstractmethod
    def add(self, session: Session) -> None: ...

    @abstractmethod
    def find_for_update(self, session_id: UUID, user_id: UUID) -> Session | None:
        """This session of the user, locked until the unit of work ends."""

    @abstractmethod
    def revoke_live(
        self, user_id: UUID, now: datetime, *, keep: UUID | None = None
    ) -> Sequence[UUID]:
        """Revoke the user's live sessions except `keep`. Returns their ids."""

    @abstractmethod
    def remove_ended(self, user_id: UUID, now: datetime) -> None:
        """Delete the user's ended sessions."""

    @abstractmethod
    def save(self, session: Session) -> None:
        """Save a session that this unit of work locked."""
