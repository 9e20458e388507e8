"""How the database is reached, and how long it is waited for."""

from typing import Any

from environs import validate
from sqlalchemy.engine import URL

from adapters.persistence.waits import Waits
from entrypoints.settings.environment import parse_database_url, read

NO_POOLER, TRANSACTION_POOLER = "none", "transaction"
HOUR_S = 60 * 60


def read_database_url() -> URL:
    """Raises SettingsError."""
    return parse_database_url(read("DATABASE_URL", "str"), "DATABASE_URL")


def read_is_database_pooled() -> bool:
    """Whether DATABASE_URL leads to a pooler. Raises SettingsError."""
    kinds = validate.OneOf((NO_POOLER, TRANSACTION_POOLER))
    pooler = read("DATABASE_POOLER", "str", default=NO_POOLER, validate=kinds)
    return bool(pooler == TRANSACTION_POOLER)


def read_database_waits() -> Waits:
    """Raises SettingsError."""

    def seconds(name: str, default: float, least: float = 0.05) -> Any:
        kind = "int" if isinstance(default, int) else "float"
        return read(name, kind, default=default, validate=validate.Range(least, HOUR_S))

    usual = Waits()
    return Waits(
        connect=seconds("DATABASE_CONNECT_TIMEOUT", usual.connect, least=1),
        pool=seconds("DATABASE_POOL_TIMEOUT", usual.pool),
        lock=seconds("DATABASE_LOCK_TIMEOUT", usual.lock),
        statement=seconds("DATABASE_STATEMENT_TIMEOUT", usual.statement),
        idle_in_transaction=seconds("DATABASE_IDLE_TRANSACTION_TIMEOUT", usual.idle_in_transaction),
    )
