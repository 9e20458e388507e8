"""Types of views and their decorators."""

from collections.abc import Callable
from typing import Any, TypeAlias

View: TypeAlias = Callable[..., Any]
Decorator: TypeAlias = Callable[[View], View]
