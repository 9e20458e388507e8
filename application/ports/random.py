from collections.abc import Callable
from typing import TypeAlias

# Returns a random number between 0 and 1.
Jitter: TypeAlias = Callable[[], float]
