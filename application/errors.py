"""What goes wrong outside the domain, in words the use cases may let through."""

from typing import ClassVar


class Unavailable(Exception):
    """Something the use case needs does not answer now; the same request may succeed later.

    When a commit was under way its outcome is unknown: it is never reported as a success.
    """

    code: ClassVar[str] = "try_again"
    retry_after_s: ClassVar[int] = 1

    def __init__(self) -> None:
        self.detail = "The service can't answer right now. Try again shortly."
        super().__init__(self.detail)
