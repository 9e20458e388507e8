"""Title, description, type, location and capacity of an event."""

from enum import StrEnum

from domain.errors import Invalid
from domain.text import require_line, require_lines

TITLE_MAX_LENGTH = 200
DESCRIPTION_MAX_LENGTH = 10_000
LOCATION_MAX_LENGTH = 300
CAPACITY_MAX = 1_000_000


class Title(str):
    """One line of 1 to 200 characters after trimming whitespace, at least one visible.

    Raises Invalid.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "Title":
        trimmed = text.strip()
        if not 1 <= len(trimmed) <= TITLE_MAX_LENGTH:
            problem = f"Must be 1 to {TITLE_MAX_LENGTH} characters after trimming whitespace."
            raise Invalid("title", problem)
        require_line("title", trimmed)
        return super().__new__(cls, trimmed)


class Description(str):
    """Up to 10,000 characters. No control characters but tabs and line breaks. Raises Invalid."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Description":
        if len(text) > DESCRIPTION_MAX_LENGTH:
            problem = f"Must be at most {DESCRIPTION_MAX_LENGTH:,} characters."
            raise Invalid("description", problem)
        require_lines("description", text)
        return super().__new__(cls, text)


NO_DESCRIPTION = Description("")


class EventType(StrEnum):
    MEETUP = "meetup"
    CONFERENCE = "conference"
    WORKSHOP = "workshop"
    WEBINAR = "webinar"
    SOCIAL = "social"
    OTHER = "other"


class Location(str):
    """One line of up to 300 characters after trimming whitespace. Empty, or at least one visible.

    Raises Invalid.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "Location":
        trimmed = text.strip()
        if len(trimmed) > LOCATION_MAX_LENGTH:
            problem = f"Must be at most {LOCATION_MAX_LENGTH} characters after trimming whitespace."
            raise Invalid("location", problem)
        if trimmed:
            require_line("location", trimmed)
        return super().__new__(cls, trimmed)


NO_LOCATION = Location("")


class Capacity(int):
    """1 to 1,000,000 seats. Raises Invalid."""

    __slots__ = ()

    def __new__(cls, seats: int) -> "Capacity":
        if not 1 <= seats <= CAPACITY_MAX:
            raise Invalid("capacity", f"Must be between 1 and {CAPACITY_MAX:,}.")
        return super().__new__(cls, seats)
