"""What goes wrong outside the domain, in words the use cases may let through."""

from typing import ClassVar


class Unavailable(Exception):
    """Something the use case needs does not answer now. Nothing was changed."""

    code: ClassVar[str] = "try_again"
    detail: str = "The service can't answer right now. Nothing was changed. Try again."
    retry_after_s: ClassVar[int] = 1

    def __init__(self) -> None:
        super().__init__(self.detail)


class Contended(Unavailable):
    """Others were in the way of this unit of work, and may not be at the next attempt."""


class NotReady(Unavailable):
    """The service can't answer anybody: what lacks is named."""

    code = "not_ready"

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__()


class OutcomeUnknown(Unavailable):
    """The store was lost while it was to make the work last: all of it may be kept, or none."""

    code = "outcome_unknown"
    detail = "The service can't tell whether your change was kept. Look, or send it again."
