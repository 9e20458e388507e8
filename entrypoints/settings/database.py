"""Settings of the database connection."""

from environs import validate
from sqlalchemy.engine import URL

from adapters.postgres.timeouts import Timeouts
from entrypoints.settings.environment import parse_database_url, read, read_seconds

POSTGRESQL, CITUS = "postgresql", "citus"
NO_POOLER, TRANSACTION_POOLER = "none", "transaction"


def read_database_url() -> URL:
    """Raises SettingsError."""
    return parse_database_url(read("DATABASE_URL", "str"), "DATABASE_URL")


def read_database_type() -> str:
    """POSTGRESQL or CITUS. Raises SettingsError."""
    types = validate.OneOf((POSTGRESQL, CITUS))
    return str(read("DATABASE_TYPE", "str", default=POSTGRESQL, validate=types))


def read_is_database_pooled() -> bool:
    """Whether DATABASE_URL leads to a pooler. Raises SettingsError."""
    kinds = validate.OneOf((NO_POOLER, TRANSACTION_POOLER))
    pooler = read("DATABASE_POOLER", "str", default=NO_POOLER, validate=kinds)
    return bool(pooler == TRANSACTION_POOLER)


def read_database_timeouts() -> Timeouts:
    """Raises SettingsError."""
    defaults = Timeouts()
    return Timeouts(
        connect=read_seconds("DATABASE_CONNECT_TIMEOUT", defaults.connect, minimum=1),
        pool=read_seconds("DATABASE_POOL_TIMEOUT", defaults.pool, minimum=0.05),
        lock=read_seconds("DATABASE_LOCK_TIMEOUT", defaults.lock, minimum=0.05),
        statement=read_seconds("DATABASE_STATEMENT_TIMEOUT", defaults.statement, minimum=0.05),
        idle_in_transaction=read_seconds(
            "DATABASE_IDLE_TRANSACTION_TIMEOUT", defaults.idle_in_transaction, minimum=0.05
        ),
    )
