"""People who sign up: names, and what is drawn from them."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from faker import Faker

from domain.accounts.credentials import Username
from domain.accounts.user import User

NAMES = 1_000
# Before the first event of any seed is published.
LEAST_AGE, MOST_AGE = timedelta(days=400), timedelta(days=900)
SHAPES = ("{first}.{last}", "{first}_{last}", "{first}{last}", "{first[0]}{last}", "{first}-{last}")
WITH_EMAIL = 0.8


class People:
    """Draws them one after another; a name that is taken is drawn anew by the caller."""

    def __init__(self, chance: Random, new_id: Callable[[], UUID], password_hash: str) -> None:
        self._chance = chance
        self._new_id = new_id
        self._password_hash = password_hash
        faker = Faker("en_GB")
        faker.seed_instance(chance.random())
        self._firsts = [_plain(faker.first_name()) for _ in range(NAMES)]
        self._lasts = [_plain(faker.last_name()) for _ in range(NAMES)]

    def person(self, now: datetime) -> User:
        username = self._username()
        has_email = self._chance.random() < WITH_EMAIL
        return User(
            id=self._new_id(),
            username=username,
            # A domain where nobody is (RFC 2606 section 3).
            email=f"{username}@example.org" if has_email else None,
            password_hash=self._password_hash,
            created_at=now - LEAST_AGE - (MOST_AGE - LEAST_AGE) * self._chance.random(),
        )

    def _username(self) -> Username:
        first, last = self._chance.choice(self._firsts), self._chance.choice(self._lasts)
        name = self._chance.choice(SHAPES).format(first=first, last=last)
        number = str(self._chance.randrange(10_000)) if self._chance.random() < 2 / 3 else ""
        return Username(name + number)


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    return re.sub(r"[^a-z]", "", decomposed.lower()) or "ada"
