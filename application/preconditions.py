"""What a client requires of a thing before it is changed."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from domain.errors import DomainError

View = TypeVar("View")

# Called with the thing as the client would be shown it now, within the unit of work, after all
# that may be refused was decided: preconditions matter only where the answer would be success
# (RFC 9110 section 13.2.1). Raises PreconditionFailed.
Precondition: TypeAlias = Callable[[View], None]


class PreconditionFailed(DomainError):
    """What the client knows is out of date."""

    code = "precondition_failed"

    def __init__(self) -> None:
        super().__init__("It is not what the request expects any more. Get it again, then decide.")


def no_precondition(_view: object) -> None:
    """Requires nothing."""
