"""Whether an event is a draft, published or cancelled. Its status depends on the time instead."""

from enum import StrEnum

from domain.errors import Invalid
from domain.text import require_lines

REASON_MAX_LENGTH = 1_000


class EventState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class CancellationReason(str):
    """Up to 1,000 characters after trimming whitespace, without control characters other than tabs
    and line breaks. Raises Invalid.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "CancellationReason":
        trimmed = text.strip()
        if len(trimmed) > REASON_MAX_LENGTH:
            problem = f"Must be at most {REASON_MAX_LENGTH:,} characters after trimming whitespace."
            raise Invalid("reason", problem)
        require_lines("reason", trimmed)
        return super().__new__(cls, trimmed)


NO_REASON = CancellationReason("")
ACCOUNT_DELETED = CancellationReason("The organiser's account was deleted.")
