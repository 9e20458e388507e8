"""Usernames and passwords."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from unicodedata import category, normalize

from domain.errors import Invalid

USERNAME_MAX_LENGTH = 150
USERNAME_PATTERN = r"^[A-Za-z0-9@.+_-]+$"
PASSWORD_MIN_LENGTH = 8
PASSWORD_MAX_LENGTH = 128
# Context-specific words that must not be a password, besides the username (NIST SP 800-63B-4
# section 3.1.1.2, ASVS 5.0 requirement 6.1.2).
CONTEXT_WORDS = frozenset({"turnout"})


def fold_username(text: str) -> str:
    """Normalize a typed username for comparison: lower case, no surrounding whitespace.

    Non-ASCII text keeps its case: it is no username, and must not become one (U+212A is "k" in
    lower case).
    """
    username = text.strip()
    return username.lower() if username.isascii() else username


class Username(str):
    """1 to 150 ASCII letters, digits and `@.+-_`. Raises Invalid.

    ASCII only: no two names look alike, and case folding is the same everywhere.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "Username":
        if len(text) > USERNAME_MAX_LENGTH or not re.fullmatch(USERNAME_PATTERN, text):
            problem = f"Must be 1 to {USERNAME_MAX_LENGTH} ASCII letters, digits, or @.+-_."
            raise Invalid("username", problem)
        return super().__new__(cls, text)


def normalize_password(text: str) -> str:
    """The OpaqueString profile without its restrictions (RFC 8265 section 4.2.2).

    Keyboards and systems encode the same character in different ways.
    """
    spaces = "".join(" " if category(character) == "Zs" else character for character in text)
    return normalize("NFC", spaces)


def password_forms(text: str) -> Sequence[str]:
    """The forms that may have been hashed: normalized or, up to release 0.3, as typed."""
    return tuple(dict.fromkeys((normalize_password(text), text)))


@dataclass(frozen=True, slots=True)
class Password:
    """8 to 128 characters after normalization, no control characters. Raises Invalid.

    Excluded from repr.
    """

    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "secret", normalize_password(self.secret))
        if not PASSWORD_MIN_LENGTH <= len(self.secret) <= PASSWORD_MAX_LENGTH:
            problem = f"Must be {PASSWORD_MIN_LENGTH} to {PASSWORD_MAX_LENGTH} characters long."
            raise Invalid("password", problem)
        if any(category(character) == "Cc" for character in self.secret):
            raise Invalid("password", "Must not contain control characters.")


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """Rejects passwords that are easy to guess. `common` passwords are in lower case."""

    common: Collection[str] = field(repr=False)

    def check(self, password: Password, username: str, name: str, email: str | None = None) -> None:
        """Raises Invalid for the field `name`."""
        guess = _fold(password.secret)
        if guess in self.common:
            raise Invalid(name, "This password is too common.")
        words = {_fold(word) for word in (username, email or "", *(email or "").split("@")[:1])}
        if guess in words or _core(guess) in CONTEXT_WORDS | {_core(word) for word in words}:
            raise Invalid(
                name,
                "Must not be based on the username, the email address or the name of this service.",
            )


def passwords_like(username: str) -> Sequence[str]:
    """The most likely of the passwords that PasswordRules rejects for a username.

    Not all of them: comparing each with a hash is slow.
    """
    words = (username, _core(username))
    likely = (form for word in words for form in (word, word.lower(), word.capitalize()))
    return [form for form in dict.fromkeys(likely) if len(form) >= PASSWORD_MIN_LENGTH]


def _fold(text: str) -> str:
    """Fold case and compatible characters, such as full-width letters (Unicode section 3.13)."""
    return normalize("NFKC", normalize("NFKC", text).casefold())


def _core(word: str) -> str:
    """Strip leading and trailing digits and symbols, unless nothing else is left."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", word) or word
