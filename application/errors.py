"""Infrastructure errors that use cases let through."""

from typing import ClassVar


class Unavailable(Exception):
    """A dependency does not respond. Nothing was changed."""

    code: ClassVar[str] = "try_again"
    detail: str = "The service is temporarily unavailable. Nothing was changed. Try again."
    retry_after_s: ClassVar[int] = 1

    def __init__(self) -> None:
        super().__init__(self.detail)


class Contended(Unavailable):
    """A conflict with a concurrent unit of work: a retry may succeed."""


class NotReady(Unavailable):
    """The service cannot handle requests; `detail` says why."""

    code = "not_ready"

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__()


class OutcomeUnknown(Unavailable):
    """The connection was lost during a commit: either all changes were saved or none."""

    code = "outcome_unknown"
    detail = (
        "The database connection was lost while saving. The change may or may not be saved: "
        "fetch the resource to check before you retry."
    )
