"""A person with an account."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.accounts.credentials import Username


@dataclass
class User:
    id: UUID
    username: Username
    email: str | None
    password_hash: str = field(repr=False)
    created_at: datetime
