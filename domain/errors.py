"""What the domain may refuse: the kind says how to answer, the code names the reason."""

from typing import ClassVar


class DomainError(Exception):
    """A refusal with a sentence for people (`detail`) and a stable word for programs (`code`)."""

    code: ClassVar[str]

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(DomainError):
    """The thing asked for does not exist."""


class Conflict(DomainError):
    """The request is sound, but the present state does not allow it."""


class Forbidden(DomainError):
    """The person is known, and may not do this."""


class Unauthenticated(DomainError):
    """It is not proven who is asking."""


class Invalid(DomainError):
    """A value breaks a rule. `field` is the name of the value at fault."""

    code = "validation_failed"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem
