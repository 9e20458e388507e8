from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Text, bindparam, delete, insert, select

from adapters.postgres.schema.tables import mail_tokens
from adapters.postgres.sql import NOW, USER_ID, compile_sql
from adapters.postgres.transaction import Transaction
from application.ports.mail_tokens import MailTokens
from domain.accounts.errors import InvalidMailToken
from domain.accounts.mail_token import MailToken, TokenPurpose

_purpose = mail_tokens.c.purpose == bindparam("purpose", type_=Text)
ADD = compile_sql(insert(mail_tokens))
GET = compile_sql(
    select(mail_tokens).where(
        mail_tokens.c.hash == bindparam("hash", type_=LargeBinary),
        _purpose,
        mail_tokens.c.expires_at > NOW,
    )
)
REMOVE_ALL = compile_sql(delete(mail_tokens).where(mail_tokens.c.user_id == USER_ID, _purpose))


class PostgresMailTokens(MailTokens):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, token: MailToken) -> None:
        self._transaction.write(ADD, asdict(token) | {"purpose": str(token.purpose)})

    def get(self, token_hash: bytes, purpose: TokenPurpose, now: datetime) -> MailToken:
        values = {"hash": token_hash, "purpose": str(purpose), "now": now}
        rows = self._transaction.rows(GET, values)
        if not rows:
            raise InvalidMailToken
        [row] = rows
        return MailToken(token_hash, row.user_id, purpose, row.address, row.expires_at)

    def remove_all(self, user_id: UUID, purpose: TokenPurpose) -> None:
        self._transaction.write(REMOVE_ALL, {"user_id": user_id, "purpose": str(purpose)})
