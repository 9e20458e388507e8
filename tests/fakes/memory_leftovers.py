from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from application.ports.leftovers import Leftovers
from tests.fakes.memory import MemoryStore, State


@dataclass
class MemoryExpired(Leftovers):
    store: MemoryStore

    def count(self, over_since: datetime) -> int:
        with self.store.lock:
            return len(self._over(over_since))

    def remove(self, over_since: datetime, at_most: int) -> int:
        with self.store.lock:
            removed = self._over(over_since)[:at_most]
            for key in removed:
                del self._kept(self.store.committed)[key]
        return len(removed)

    def _over(self, over_since: datetime) -> Sequence[Any]:
        kept = self._kept(self.store.committed)
        return [key for key, each in kept.items() if self._is_over(each, over_since)]

    @abstractmethod
    def _kept(self, state: State) -> dict[Any, Any]: ...

    @abstractmethod
    def _is_over(self, each: Any, over_since: datetime) -> bool: ...


class MemoryExpiredSessions(MemoryExpired):
    def _kept(self, state: State) -> dict[Any, Any]:
        return state.sessions

    def _is_over(self, session: Any, over_since: datetime) -> bool:
        return session.expires_at <= over_since


class MemoryExpiredAnswers(MemoryExpired):
    def _kept(self, state: State) -> dict[Any, Any]:
        return state.answers

    def _is_over(self, answer: Any, over_since: datetime) -> bool:
        return not answer.is_kept(over_since)
