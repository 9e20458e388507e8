import json
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from application.idempotency import IdempotencyRecord
from application.ports.idempotency_store import IdempotencyStore


@dataclass
class MemoryIdempotencyStore(IdempotencyStore):
    """No key is ever in use: units of work take turns."""

    records: dict[tuple[UUID, str], IdempotencyRecord]

    def find_for_update(self, user_id: UUID, key: str) -> IdempotencyRecord | None:
        return deepcopy(self.records.get((user_id, key)))

    def remove_expired(self, user_id: UUID, now: datetime) -> None:
        for (owner, key), record in list(self.records.items()):
            if owner == user_id and record.is_expired(now):
                del self.records[owner, key]

    def add(self, user_id: UUID, record: IdempotencyRecord) -> None:
        # As PostgreSQL does: what is no JSON fails.
        response = json.loads(json.dumps(record.response))
        self.records[user_id, record.request.key] = replace(record, response=response)
