"""Usernames and passwords."""

import re
from dataclasses import dataclass, field

from domain.errors import Invalid

USERNAME_MAX_LENGTH = 150
USERNAME_PATTERN = r"^[A-Za-z0-9@.+_-]+$"
PASSWORD_MIN_LENGTH = 8
PASSWORD_MAX_LENGTH = 128


def fold_case(username: str) -> str:
    """The same text for names that differ in the case of their letters.

    Text that is no username, not being ASCII, is left alone: its letters fold to no name.
    """
    return username.lower() if username.isascii() else username


class Username(str):
    """1 to 150 ASCII letters, digits and `@.+-_`. Raises Invalid.

    ASCII only, so that no two names look alike and folding case has one meaning everywhere.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "Username":
        if len(text) > USERNAME_MAX_LENGTH or not re.fullmatch(USERNAME_PATTERN, text):
            problem = f"Must be 1 to {USERNAME_MAX_LENGTH} letters, digits and @.+-_ characters."
            raise Invalid("username", problem)
        return super().__new__(cls, text)


@dataclass(frozen=True, slots=True)
class Password:
    """8 to 128 characters of any kind, kept out of every representation. Raises Invalid."""

    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not PASSWORD_MIN_LENGTH <= len(self.secret) <= PASSWORD_MAX_LENGTH:
            problem = f"Must have {PASSWORD_MIN_LENGTH} to {PASSWORD_MAX_LENGTH} characters."
            raise Invalid("password", problem)
