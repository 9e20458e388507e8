"""Usernames and passwords."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from domain.errors import Invalid

USERNAME_MAX_LENGTH = 150
USERNAME_PATTERN = r"^[A-Za-z0-9@.+_-]+$"
PASSWORD_MIN_LENGTH = 8
PASSWORD_MAX_LENGTH = 128
# Words of the context, besides the username, that make no password (NIST SP 800-63B-4
# section 3.1.1.2, ASVS 5.0 requirement 6.1.2).
CONTEXT_WORDS = frozenset({"turnout"})


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
            problem = f"Must be 1 to {USERNAME_MAX_LENGTH} letters, digits, or @.+-_ characters."
            raise Invalid("username", problem)
        return super().__new__(cls, text)


@dataclass(frozen=True, slots=True)
class Password:
    """8 to 128 characters of any kind, kept out of every representation. Raises Invalid."""

    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not PASSWORD_MIN_LENGTH <= len(self.secret) <= PASSWORD_MAX_LENGTH:
            problem = f"Must be {PASSWORD_MIN_LENGTH} to {PASSWORD_MAX_LENGTH} characters long."
            raise Invalid("password", problem)


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """What beyond its length makes a password too easy to guess: `common` ones are lower case."""

    common: Collection[str] = field(repr=False)

    def check(self, password: Password, username: str, name: str) -> None:
        """Raises Invalid, with `name` as the field at fault."""
        guess = password.secret.lower()
        if guess in self.common:
            raise Invalid(name, "This password is too common.")
        if _core(guess) in CONTEXT_WORDS | {_core(username.lower())} or guess == username.lower():
            raise Invalid(name, "Must not be based on the username or the name of this service.")


def _core(word: str) -> str:
    """The word without the digits and signs around it; a word of nothing else is left whole."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", word) or word
