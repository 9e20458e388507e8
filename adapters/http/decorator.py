"""What decorates a view and leaves its type as it is."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    def __call__(self, view: View, /) -> View: ...
