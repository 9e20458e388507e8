"""Base classes of domain errors: the class is the kind of error, `code` names the reason."""

from datetime import timedelta
from typing import ClassVar


class DomainError(Exception):
    """`detail` is a sentence for people, `code` a stable identifier for programs."""

    code: ClassVar[str]

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(DomainError):
    """The resource does not exist."""


class Conflict(DomainError):
    """The request is valid, but the current state does not allow it."""


class Forbidden(DomainError):
    """The user is authenticated but may not do this."""


class Unauthenticated(DomainError):
    """The caller is not authenticated."""


class TooManyAttempts(DomainError):
    """The caller must wait for `retry_after`."""

    def __init__(self, detail: str, retry_after: timedelta) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Invalid(DomainError):
    """A value breaks a rule; `field` is its name."""

    code = "validation_failed"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem
