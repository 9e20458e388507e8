from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.password_hasher import PasswordHasher
from application.ports.tokens import TokenClaims, Tokens
from domain.accounts.errors import InvalidToken


@dataclass
class AuditInMemory(AuditLog):
    audit_events: list[tuple[AuditEvent, UUID | None]] = field(default_factory=list)

    def record(
        self, audit_event: AuditEvent, user_id: UUID | None, *others: Any, **more: Any
    ) -> None:
        self.audit_events.append((audit_event, user_id))


class ReversingHasher(PasswordHasher):
    def hash(self, password: str) -> str:
        return password[::-1]

    def matches(self, password: str, password_hash: str | None) -> bool:
        return password_hash == password[::-1]

    def is_outdated(self, password_hash: str) -> bool:
        return False


class TokensInMemory(Tokens):
    def __init__(self) -> None:
        self._issued: dict[str, TokenClaims] = {}

    def issue(self, claims: TokenClaims) -> str:
        token = f"{claims.type} {claims.token_id}"
        self._issued[token] = replace(
            claims,
            issued_at=claims.issued_at.replace(microsecond=0),
            expires_at=claims.expires_at.replace(microsecond=0),
        )
        return token

    def read(self, token: str) -> TokenClaims:
        if token not in self._issued:
            raise InvalidToken
        return self._issued[token]
