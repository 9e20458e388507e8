from collections.abc import Callable
from typing import TypeAlias
from uuid import UUID

# A fresh UUIDv7 at each call: ids made later sort later (RFC 9562 section 5.7).
NewId: TypeAlias = Callable[[], UUID]
