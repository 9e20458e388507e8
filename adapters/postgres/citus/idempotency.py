from datetime import datetime
from uuid import UUID

from adapters.postgres.idempotency import (
    REMOVE_OWN_EXPIRED,
    PostgresIdempotencyStore,
    expired_values,
)


class CitusIdempotencyStore(PostgresIdempotencyStore):
    def remove_expired(self, user_id: UUID, now: datetime) -> None:
        """Those of other users are on all workers: only `purge` deletes them."""
        self._transaction.write(REMOVE_OWN_EXPIRED, expired_values(user_id, now))
