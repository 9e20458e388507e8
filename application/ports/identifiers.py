from collections.abc import Callable
from typing import TypeAlias
from uuid import UUID

# Returns a new UUIDv7: later ids sort later (RFC 9562 section 5.7).
NewId: TypeAlias = Callable[[], UUID]
