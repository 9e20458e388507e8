from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from application.ports.expired_rows import ExpiredRows
from tests.fakes.memory import MemoryStore, State


@dataclass
class MemoryExpired(ExpiredRows):
    store: MemoryStore

    def count(self, expired_before: datetime) -> int:
        with self.store.lock:
            return len(self._over(expired_before))

    def remove(self, expired_before: datetime, at_most: int) -> int:
        with self.store.lock:
            removed = self._over(expired_before)[:at_most]
            for key in removed:
                del self._kept(self.store.committed)[key]
        return len(removed)

    def _over(self, expired_before: datetime) -> Sequence[Any]:
        kept = self._kept(self.store.committed)
        return [key for key, each in kept.items() if self._is_over(each, expired_before)]

    @abstractmethod
    def _kept(self, state: State) -> dict[Any, Any]: ...

    @abstractmethod
    def _is_over(self, each: Any, expired_before: datetime) -> bool: ...


class MemoryExpiredSessions(MemoryExpired):
    def _kept(self, state: State) -> dict[Any, Any]:
        return state.sessions

    def _is_over(self, session: Any, expired_before: datetime) -> bool:
        return session.expires_at <= expired_before


class MemoryExpiredIdempotencyKeys(MemoryExpired):
    def _kept(self, state: State) -> dict[Any, Any]:
        return state.idempotency

    def _is_over(self, answer: Any, expired_before: datetime) -> bool:
        return not answer.is_kept(expired_before)
