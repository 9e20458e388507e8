"""Errors of calendars."""

from domain.errors import NotFound


class CalendarNotFound(NotFound):
    """One error for an unknown, a deleted, and a malformed secret."""

    code = "calendar_not_found"

    def __init__(self) -> None:
        super().__init__("Calendar not found. Its owner can create a new URL.")


class NoCalendarFeed(NotFound):
    code = "no_calendar_feed"

    def __init__(self) -> None:
        super().__init__("You have no calendar feed.")
