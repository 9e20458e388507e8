"""Preconditions of a change, set by the client."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from domain.errors import DomainError

View = TypeVar("View")

# Called with the current view of the resource, inside the unit of work and after all other checks:
# preconditions only apply to requests that would otherwise succeed (RFC 9110 section 13.2.1).
# Raises PreconditionFailed.
Precondition: TypeAlias = Callable[[View], None]


class PreconditionFailed(DomainError):
    """The client's copy is out of date."""

    code = "precondition_failed"

    def __init__(self) -> None:
        super().__init__("The resource has changed. Fetch it again and retry.")


def no_precondition(_view: object) -> None:
    """Always holds."""
