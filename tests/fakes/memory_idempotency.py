from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.idempotency import IdempotencyRecord
from application.ports.idempotency_store import IdempotencyStore


@dataclass
class MemoryIdempotencyStore(IdempotencyStore):
    """No key is ever in use: units of work take turns."""

    idempotency: dict[tuple[UUID, str], IdempotencyRecord]

    def find_for_update(self, user_id: UUID, key: str) -> IdempotencyRecord | None:
        return deepcopy(self.idempotency.get((user_id, key)))

    def remove_expired(self, user_id: UUID, now: datetime) -> None:
        for (owner, key), answer in list(self.idempotency.items()):
            if owner == user_id and not answer.is_kept(now):
                del self.idempotency[owner, key]

    def add(self, user_id: UUID, answer: IdempotencyRecord) -> None:
        self.idempotency[user_id, answer.request.key] = deepcopy(answer)
