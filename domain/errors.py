"""Errors of the domain: the class says what kind it is, the code names the reason."""

from typing import ClassVar


class DomainError(Exception):
    """An error with a sentence for people (`detail`) and a stable `code` for programs."""

    code: ClassVar[str]

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(DomainError):
    """The resource does not exist."""


class Conflict(DomainError):
    """The request is valid, but the current state does not allow it."""


class Forbidden(DomainError):
    """The user is known and may not do this."""


class Unauthenticated(DomainError):
    """The caller is not authenticated."""


class Invalid(DomainError):
    """A value breaks a rule. `field` names the value."""

    code = "validation_failed"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem
