from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.caller import Caller
from application.pages import Cursor, Page, PageRequest
from application.ports.clock import Clock
from application.ports.event_queries import AttendeeView, EventQueries
from domain.events.errors import NotEventCreator

PAGE = 1_000


@dataclass(frozen=True)
class ExportAttendees:
    """All who attend by now, in order of registration, page by page: for the event's creator.

    Raises EventNotFound, NotEventCreator, SessionEnded or Unavailable. Each later page is read
    when it is asked for and may raise SessionEnded or Unavailable, too: the export is then
    incomplete.
    """

    events: EventQueries
    clock: Clock

    def __call__(self, event_id: UUID, caller: Caller) -> Iterator[Sequence[AttendeeView]]:
        now = self.clock.now()
        if self.events.get(event_id, caller, now).creator.id != caller.user_id:
            raise NotEventCreator
        return self._following(event_id, caller, self._page(event_id, caller), now)

    def _following(
        self, event_id: UUID, caller: Caller, page: Page[AttendeeView], now: datetime
    ) -> Iterator[Sequence[AttendeeView]]:
        while True:
            # Whoever leaves and comes back meanwhile would be met again, in the new place.
            known = [each for each in page.results if each.registered_at <= now]
            yield known
            # Clocks of instances differ by less than it takes to fill a page with newcomers.
            if page.next_cursor is None or not known:
                return
            page = self._page(event_id, caller, page.next_cursor)

    def _page(
        self, event_id: UUID, caller: Caller, after: Cursor | None = None
    ) -> Page[AttendeeView]:
        page_request = PageRequest(PAGE, after=after, is_counted=False)
        return self.events.attendees(event_id, page_request, caller)
