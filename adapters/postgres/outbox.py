from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Insert, Uuid, any_, bindparam, delete, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.pages import LIMIT
from adapters.postgres.schema.tables import outbox
from adapters.postgres.sql import array_values, columns_of, compile_sql, rows_of, update_values
from adapters.postgres.transaction import Transaction
from application.ports.outbox import Outbox, OutboxMessage

COLUMNS = [field.name for field in fields(OutboxMessage)]
MESSAGE_ID = bindparam("message_id", type_=Uuid)


def insert_messages(*conditions: ColumnElement[bool]) -> Insert:
    """Insert the messages of `message_values`, if the conditions hold."""
    new = rows_of(outbox, COLUMNS)
    return insert(outbox).from_select(COLUMNS, select(*new.c).where(*conditions))


def message_values(messages: Sequence[OutboxMessage]) -> dict[str, Any]:
    return array_values([message_to_row(message) for message in messages], COLUMNS)


def message_to_row(message: OutboxMessage) -> dict[str, Any]:
    return {name: getattr(message, name) for name in COLUMNS}  # asdict would copy them deeply


ADD = compile_sql(insert(outbox))
ADD_ALL = compile_sql(insert_messages())
TAKE = compile_sql(
    select(*columns_of(OutboxMessage, outbox))
    .order_by(outbox.c.id)
    .limit(LIMIT)
    .with_for_update(skip_locked=True)
)
KEEP = compile_sql(update_values(outbox, ["last_user_id"]).where(outbox.c.id == MESSAGE_ID))
REMOVE = compile_sql(
    delete(outbox).where(outbox.c.id == any_(bindparam("message_ids", type_=ARRAY(Uuid))))
)


class PostgresOutbox(Outbox):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, message: OutboxMessage) -> None:
        self.add_all([message])

    def add_all(self, messages: Sequence[OutboxMessage]) -> None:
        if len(messages) == 1:  # most often; half the time of the other statement
            self._transaction.write(ADD, message_to_row(messages[0]))
        elif messages:
            self._transaction.write(ADD_ALL, message_values(messages))

    def take(self, limit: int) -> Sequence[OutboxMessage]:
        rows = self._transaction.rows(TAKE, {"limit": limit})
        return [OutboxMessage(**row._asdict()) for row in rows]

    def keep(self, message_id: UUID, last_user_id: UUID) -> None:
        values = {"message_id": message_id, "last_user_id": last_user_id}
        self._transaction.write(KEEP, values)

    def remove(self, message_ids: Collection[UUID]) -> None:
        if message_ids:
            self._transaction.write(REMOVE, {"message_ids": list(message_ids)})
