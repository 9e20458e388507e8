from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    DateTime,
    FromClause,
    LargeBinary,
    bindparam,
    case,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.connection import Row
from adapters.postgres.schema.tables import password_attempts
from adapters.postgres.sql import NOW, compile_sql
from adapters.postgres.transaction import Transaction
from application.ports.password_attempts import PasswordAttemptCounters
from domain.accounts.password_attempts import ATTEMPTS_LIFETIME, PasswordAttempts

KEY = bindparam("key", type_=LargeBinary)
OTHER_KEY = bindparam("other_key", type_=LargeBinary)
FORGOTTEN_UNTIL = bindparam("forgotten_until", type_=DateTime(timezone=True))
_table = password_attempts.c
_is_forgotten = _table.last_attempt_at <= FORGOTTEN_UNTIL


def _upsert(first_failures: int, failures: Any) -> Any:
    statement = insert(password_attempts).values(
        key=KEY, failures=literal_column(str(first_failures)), last_attempt_at=NOW
    )
    return statement.on_conflict_do_update(
        index_elements=[_table.key],
        set_={"failures": failures, "last_attempt_at": statement.excluded.last_attempt_at},
    )


COUNT_FAILURE = compile_sql(
    _upsert(
        1, case((_is_forgotten, literal_column("1")), else_=_table.failures + literal_column("1"))
    ).returning(_table.failures)
)
RESET = compile_sql(_upsert(0, literal_column("0")))


class PostgresPasswordAttemptCounters(PasswordAttemptCounters):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def count_failure(self, key: bytes, now: datetime) -> int:
        [[failures]] = self._transaction.rows(COUNT_FAILURE, attempts_values((key,), now))
        return int(failures)

    def reset(self, key: bytes, now: datetime) -> None:
        self._transaction.write(RESET, attempts_values((key,), now))


# The attempts of the first of two keys that has any; at most one row.
LATEST_ATTEMPTS: FromClause = (
    select(_table.key.label("attempts_key"), _table.failures, _table.last_attempt_at)
    .where(or_(_table.key == KEY, _table.key == OTHER_KEY), ~_is_forgotten)
    .order_by((_table.key == KEY).desc())
    .limit(literal_column("1"))
    .subquery("attempts")
)


def attempts_values(keys: Sequence[bytes], now: datetime) -> dict[str, Any]:
    return {
        "key": keys[0],
        "other_key": keys[-1],
        "now": now,
        "forgotten_until": now - ATTEMPTS_LIFETIME,
    }


def attempts_from_row(row: Row) -> PasswordAttempts:
    if row.attempts_key is None:
        return PasswordAttempts()
    return PasswordAttempts(row.failures, row.last_attempt_at)
