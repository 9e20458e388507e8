"""The usernames of accounts, and their locks."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.accounts.users import NAME
from adapters.postgres.citus.tables import usernames
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import users
from adapters.postgres.sql import USER_ID, compile_sql
from adapters.postgres.transaction import Transaction
from domain.accounts.credentials import fold_username
from domain.accounts.errors import AccountDeleted

LOCK_ACCOUNT = compile_sql(
    select(users.c.username)
    .where(users.c.id == USER_ID, users.c.username.is_not(None))
    .with_for_update(key_share=True, read=True)
)
FIND_ID = compile_sql(select(usernames.c.user_id).where(usernames.c.name == NAME))
USERNAMES = compile_sql(
    select(users.c.id, users.c.username).where(
        users.c.id == any_(bindparam("user_ids", type_=ARRAY(Uuid)))
    )
)


def lock_account(transaction: Transaction, user_id: UUID) -> str:
    """Lock the account against deletion; returns its username. Raises AccountDeleted."""
    rows = transaction.rows(LOCK_ACCOUNT, {"user_id": user_id})
    if not rows:
        raise AccountDeleted
    username: str = rows[0].username
    return username


def find_id(reader: Reader, username: str) -> UUID | None:
    """The id of the account with this username, in any case."""
    rows = reader.rows(FIND_ID, {"name": fold_username(username)})
    return rows[0].user_id if rows else None


def usernames_of(
    source: Reader | Transaction, user_ids: Collection[UUID]
) -> Mapping[UUID, str | None]:
    """By id; None if the account is deleted. Sends nothing for no ids."""
    if not user_ids:
        return {}
    rows = source.rows(USERNAMES, {"user_ids": list(set(user_ids))})
    return {row.id: row.username for row in rows}
