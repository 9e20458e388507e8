"""Rows of a distributed database, written without the adapters."""

from typing import Any

from sqlalchemy import Engine, Table, func, insert, select

from adapters.postgres.accounts.mappers import session_to_row, user_to_row
from adapters.postgres.events.mappers import event_to_row
from adapters.postgres.schema.tables import (
    events,
    sessions,
    users,
    webhook_deliveries,
    webhooks,
)
from adapters.postgres.webhooks.mappers import delivery_to_row, webhook_to_row
from domain.accounts.session import Session
from domain.accounts.user import User
from domain.events.event import Event
from domain.webhooks.delivery import Delivery
from domain.webhooks.webhook import Webhook

TABLES: dict[type, tuple[Table, Any]] = {
    User: (users, user_to_row),
    Session: (sessions, session_to_row),
    Event: (events, event_to_row),
    Webhook: (webhooks, webhook_to_row),
    Delivery: (webhook_deliveries, delivery_to_row),
}


def add(engine: Engine, *things: User | Session | Event | Webhook | Delivery) -> None:
    for thing in things:
        table, to_row = TABLES[type(thing)]
        add_row(engine, table, **to_row(thing))


def add_row(engine: Engine, table: Table, **values: object) -> None:
    with engine.begin() as connection:
        connection.execute(insert(table).values(values))


def count_of(engine: Engine, table: Table) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()
