from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from application.caller import Caller
from application.ports.calendar_queries import CalendarEntry, CalendarQueries
from domain.calendars.errors import CalendarNotFound
from domain.events.errors import EventNotFound
from domain.events.event import Event
from domain.events.state import EventState
from tests.fakes.memory import MemoryStore
from tests.fakes.memory_state import is_visible


@dataclass
class MemoryCalendarQueries(CalendarQueries):
    store: MemoryStore

    def entry(self, event_id: UUID, caller: Caller) -> CalendarEntry:
        self.store.committed.require_live_session(caller)
        event = self.store.committed.events.get(event_id)
        if event is None or not is_visible(event, caller.user_id):
            raise EventNotFound(event_id)
        return _entry(event)

    def feed_created_at(self, caller: Caller) -> datetime | None:
        self.store.committed.require_live_session(caller)
        feed = self.store.committed.calendar_feeds.get(caller.user_id)
        return feed.created_at if feed else None

    def entries(
        self, secret_hash: bytes, limit: int, length: int, cancelled_since: datetime
    ) -> Sequence[CalendarEntry]:
        state = self.store.committed
        owners = {feed.secret_hash: feed.user_id for feed in state.calendar_feeds.values()}
        if secret_hash not in owners:
            raise CalendarNotFound
        owner = owners[secret_hash]
        entries = [
            _entry(event)
            for event in state.events.values()
            if (event.creator_id == owner or (event.id, owner) in state.attendances)
            and _is_in_feeds(event, cancelled_since)
        ]
        entries.sort(key=lambda entry: (entry.start_time, entry.id), reverse=True)
        return [_shortened(entry, length) for entry in entries[:limit]]


def _is_in_feeds(event: Event, cancelled_since: datetime) -> bool:
    if event.state is EventState.CANCELLED:
        return event.schedule.end_time >= cancelled_since
    return event.state is EventState.PUBLISHED


def _shortened(entry: CalendarEntry, length: int) -> CalendarEntry:
    if len(entry.description) <= length:
        return entry
    return replace(entry, description=f"{entry.description[:length]}…")


def _entry(event: Event) -> CalendarEntry:
    return CalendarEntry(
        id=event.id,
        title=event.title,
        description=event.description,
        location=event.location,
        type=event.type,
        start_time=event.schedule.start_time,
        end_time=event.schedule.end_time,
        timezone=event.timezone,
        state=event.state,
        cancellation_reason=event.cancellation_reason,
        created_at=event.created_at,
        updated_at=event.updated_at,
        revision=event.revision,
    )
