from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    DateTime,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.schema.tables import idempotency_keys
from adapters.postgres.sql import USER_ID, compile_sql
from adapters.postgres.transaction import Transaction
from application.idempotency import (
    IDEMPOTENCY_KEY_LIFETIME,
    IdempotencyKeyInUse,
    IdempotencyRecord,
    IdempotentRequest,
)
from application.ports.idempotency_store import IdempotencyStore

KEY = bindparam("key", type_=Text)
CREATED_UNTIL = bindparam("created_until", type_=DateTime(timezone=True))
# An advisory lock on a hash of the key, since there may be no row yet. A hash collision only causes
# a needless IdempotencyKeyInUse.
TRY_LOCK = compile_sql(
    select(
        func.pg_try_advisory_xact_lock(
            func.hashtextextended(cast(USER_ID, Text).concat(KEY), literal_column("0"))
        )
    )
)
FIND = compile_sql(
    select(
        idempotency_keys.c.fingerprint, idempotency_keys.c.answer, idempotency_keys.c.created_at
    ).where(idempotency_keys.c.user_id == USER_ID, idempotency_keys.c.key == KEY)
)
_expired = idempotency_keys.c.created_at <= CREATED_UNTIL
REMOVE_OWN_EXPIRED = compile_sql(
    delete(idempotency_keys).where(idempotency_keys.c.user_id == USER_ID, _expired)
)
# A few of other users. SKIP LOCKED: waiting here could deadlock.
_oldest = (
    select(idempotency_keys.c.user_id, idempotency_keys.c.key)
    .where(_expired)
    .order_by(idempotency_keys.c.created_at)
    .limit(literal_column("100"))
    .with_for_update(skip_locked=True)
    .cte("oldest")
)
REMOVE_OTHERS_EXPIRED = compile_sql(
    delete(idempotency_keys).where(
        idempotency_keys.c.user_id == _oldest.c.user_id, idempotency_keys.c.key == _oldest.c.key
    )
)
ADD = compile_sql(
    insert(idempotency_keys).values(
        {c.name: bindparam(c.name, type_=c.type) for c in idempotency_keys.c}
        | {"answer": cast(bindparam("answer", type_=Text), JSONB)}
    )
)


def expired_values(user_id: UUID, now: datetime) -> dict[str, Any]:
    return {"user_id": user_id, "created_until": now - IDEMPOTENCY_KEY_LIFETIME}


class PostgresIdempotencyStore(IdempotencyStore):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def find_for_update(self, user_id: UUID, key: str) -> IdempotencyRecord | None:
        values = {"user_id": user_id, "key": key}
        [[is_locked]] = self._transaction.rows(TRY_LOCK, values)
        if not is_locked:
            raise IdempotencyKeyInUse
        # A separate statement, to see what was committed before the lock was granted.
        for row in self._transaction.rows(FIND, values):
            request = IdempotentRequest(key, bytes(row.fingerprint))
            return IdempotencyRecord(request, row.answer, row.created_at)
        return None

    def remove_expired(self, user_id: UUID, now: datetime) -> None:
        values = expired_values(user_id, now)
        # The user's own first: only these may wait for a lock.
        for statement in (REMOVE_OWN_EXPIRED, REMOVE_OTHERS_EXPIRED):
            self._transaction.write(statement, values)

    def add(self, user_id: UUID, record: IdempotencyRecord) -> None:
        self._transaction.write(
            ADD,
            {
                "user_id": user_id,
                "key": record.request.key,
                "fingerprint": record.request.fingerprint,
                "answer": orjson.dumps(record.response).decode(),
                "created_at": record.created_at,
            },
        )
