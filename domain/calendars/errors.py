"""What can be refused about calendars."""

from domain.errors import NotFound


class CalendarNotFound(NotFound):
    """One refusal for an address that never was, one that is dead, and a text that can be none."""

    code = "calendar_not_found"

    def __init__(self) -> None:
        super().__init__("There is no calendar at this address. Its owner can make a new one.")


class NoCalendarFeed(NotFound):
    code = "no_calendar_feed"

    def __init__(self) -> None:
        super().__init__("You have no calendar feed.")
