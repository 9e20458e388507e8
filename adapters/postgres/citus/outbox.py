from collections.abc import Collection, Sequence
from dataclasses import fields
from operator import attrgetter
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.citus.insert_rows import insert_rows
from adapters.postgres.citus.tables import outbox
from adapters.postgres.citus.turns import DISPATCH_TURN
from adapters.postgres.outbox import MESSAGE_ID, PostgresOutbox, message_to_row
from adapters.postgres.pages import LIMIT
from adapters.postgres.sql import compile_sql, update_values
from adapters.postgres.transaction import Transaction
from application.ports.outbox import OutboxMessage

TAKE = compile_sql(select(outbox).order_by(outbox.c.id).limit(LIMIT))
KEEP = compile_sql(
    update_values(outbox, ["last_user_id"]).where(
        outbox.c.shard_key == bindparam("shard_key", type_=Uuid), outbox.c.id == MESSAGE_ID
    )
)
REMOVE = compile_sql(
    delete(outbox).where(
        outbox.c.shard_key == any_(bindparam("shard_keys", type_=ARRAY(Uuid))),
        outbox.c.id == any_(bindparam("message_ids", type_=ARRAY(Uuid))),
    )
)

_fields = attrgetter(*(field.name for field in fields(OutboxMessage)))


class CitusOutbox(PostgresOutbox):
    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._shard_keys: dict[UUID, UUID] = {}

    def add_all(self, messages: Sequence[OutboxMessage], event_id: UUID | None = None) -> None:
        """`event_id` is the event that the messages are about, if any."""
        rows = [message_to_row(each) | {"shard_key": event_id or each.id} for each in messages]
        insert_rows(self._transaction, outbox, rows)

    def take(self, limit: int) -> Sequence[OutboxMessage]:
        rows = self._transaction.rows(TAKE, {"limit": limit}, lock=DISPATCH_TURN)
        self._shard_keys = {row.id: row.shard_key for row in rows}
        return [OutboxMessage(*_fields(row)) for row in rows]

    def keep(self, message_id: UUID, last_user_id: UUID) -> None:
        key = self._shard_keys[message_id]
        values = {"message_id": message_id, "shard_key": key, "last_user_id": last_user_id}
        self._transaction.write(KEEP, values)

    def remove(self, message_ids: Collection[UUID]) -> None:
        if message_ids:
            keys = [self._shard_keys[message_id] for message_id in message_ids]
            values = {"message_ids": list(message_ids), "shard_keys": keys}
            self._transaction.write(REMOVE, values)
