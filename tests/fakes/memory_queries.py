from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from application.caller import Caller
from application.pages import Cursor, Page, PageRequest
from application.ports.account_queries import (
    AccountQueries,
    Credentials,
    Profile,
    SessionView,
)
from application.ports.event_queries import (
    MAX_SORTED,
    AttendeeView,
    Creator,
    EventCriteria,
    EventQueries,
    EventView,
    TooManyMatches,
    WaitlistEntryView,
)
from domain.accounts.credentials import fold_username
from domain.accounts.errors import AccountDeleted
from domain.accounts.password_attempts import PasswordAttempts
from domain.accounts.session import Session
from domain.events.access import Visibility
from domain.events.errors import EventNotFound
from domain.events.event import Event, Seat
from domain.events.search import Search
from domain.events.state import EventState
from domain.events.terms import terms_of
from domain.events.waitlist import WaitlistEntry
from tests.fakes.memory import MemoryStore, MemoryUserRepository
from tests.fakes.memory_state import State, is_visible

Item = TypeVar("Item")


@dataclass
class MemoryAccountQueries(AccountQueries):
    store: MemoryStore

    def find_credentials(self, username: str, keys: Sequence[bytes], now: datetime) -> Credentials:
        state = self.store.committed
        user = MemoryUserRepository(state).find_by_username(username)
        for key in keys:
            attempts = state.attempts_with(key, now)
            if attempts.last_at is not None:
                return Credentials(user, attempts, key)
        return Credentials(user, PasswordAttempts(), keys[-1])

    def get_credentials(self, caller: Caller, key: bytes, now: datetime) -> Credentials:
        state = self.store.committed
        state.require_live_session(caller)
        user = MemoryUserRepository(state).get(caller.user_id)
        return Credentials(user, state.attempts_with(key, now), key)

    def find_refresh_token_hash(
        self, session_id: UUID, user_id: UUID, now: datetime
    ) -> bytes | None:
        session = self.store.committed.sessions.get(session_id)
        if session is None or session.user_id != user_id or not session.is_live(now):
            return None
        return session.refresh_token_hash

    def unfinished_deletions(self, now: datetime) -> Sequence[UUID]:
        state = self.store.committed
        involved = {event.creator_id for event in state.events.values()}
        involved |= {user_id for _, user_id in state.attendances}
        involved |= {user_id for entries in state.waitlists.values() for user_id in entries}
        return sorted(
            user_id
            for user_id in involved - state.users.keys()
            if any(
                state.is_affected_by_deletion(event, user_id, now)
                for event in state.events.values()
            )
        )

    def get_profile(self, caller: Caller) -> Profile:
        self.store.committed.require_live_session(caller)
        user = self.store.committed.users.get(caller.user_id)
        if user is None:
            raise AccountDeleted
        return Profile.of(user)

    def live_sessions(
        self, caller: Caller, page_request: PageRequest, now: datetime
    ) -> Page[SessionView]:
        self.store.committed.require_live_session(caller)
        found = [
            session
            for session in self.store.committed.sessions.values()
            if session.user_id == caller.user_id and session.is_live(now)
        ]
        found.sort(key=lambda session: (session.created_at, session.id), reverse=True)
        views = [_session_view(session) for session in found]
        return page_of(views, page_request, lambda view: Cursor(view.created_at, view.id))


@dataclass
class MemoryEventQueries(EventQueries):
    """Raises TooManyMatches only where every adapter must."""

    store: MemoryStore
    max_sorted: int = MAX_SORTED

    def find(
        self, criteria: EventCriteria, page_request: PageRequest, caller: Caller, now: datetime
    ) -> Page[EventView]:
        state, viewer_id = self.store.committed, caller.user_id
        state.require_live_session(caller)
        views = [_view(state, event, viewer_id, now) for event in state.events.values()]
        found = [
            view
            for view in views
            if _is_listed(view, viewer_id) and _meets(view, criteria, viewer_id, now)
        ]
        sort = criteria.sort
        if sort.field == "attendees_count":
            self._require_few(views, criteria, viewer_id, now)
        found.sort(key=lambda view: _folded(sort.cursor_of(view)), reverse=sort.is_descending)
        return page_of(found, page_request, sort.cursor_of, is_reversed=sort.is_descending)

    def _require_few(
        self, views: Sequence[EventView], criteria: EventCriteria, viewer_id: UUID, now: datetime
    ) -> None:
        indexed = replace(criteria, available=None, attending=None, waiting=None)
        is_few = sum(_meets(view, indexed, viewer_id, now) for view in views) <= self.max_sorted
        is_own = criteria.created or criteria.attending or criteria.waiting
        if not (is_few or is_own or criteria.state is EventState.DRAFT or criteria.search):
            raise TooManyMatches

    def get(self, event_id: UUID, caller: Caller, now: datetime) -> EventView:
        state = self.store.committed
        state.require_live_session(caller)
        event = state.events.get(event_id)
        if event is None or not is_visible(event, caller.user_id):
            raise EventNotFound(event_id)
        return _view(state, event, caller.user_id, now)

    def attendees(
        self, event_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[AttendeeView]:
        state = self.store.committed
        state.require_live_session(caller)
        views = [
            AttendeeView(user_id, _name(state, user_id), registered_at)
            for (event, user_id), registered_at in state.attendances.items()
            if event == event_id
        ]
        page = page_of(sorted(views, key=_place_of_attendee), page_request, _place_of_attendee)
        return replace(page, count=None)

    def waitlist(
        self, event_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[WaitlistEntryView]:
        state = self.store.committed
        state.require_live_session(caller)
        page = page_of(state.waitlist(event_id), page_request, _place_of_entry)
        views = [
            WaitlistEntryView(
                entry.user_id,
                _name(state, entry.user_id),
                entry.joined_at,
                state.waitlist_position(event_id, entry.number),
            )
            for entry in page.results
        ]
        return Page(None, views, page.next_cursor)


def _session_view(session: Session) -> SessionView:
    return SessionView(
        session.id,
        session.created_at,
        session.last_used_at,
        session.client_info.user_agent,
        session.client_info.ip,
    )


def _name(state: State, user_id: UUID) -> str | None:
    user = state.users.get(user_id)
    return user.username if user else None


def _view(state: State, event: Event, viewer_id: UUID, now: datetime) -> EventView:
    seat = Seat(viewer_id, state.attendances.get((event.id, viewer_id)))
    entry = state.waitlist_entry(event.id, viewer_id)
    position = state.waitlist_position(event.id, entry.number) if entry else None
    return EventView.of(replace(event, seat=seat), _name(state, event.creator_id), now, position)


def _is_listed(view: EventView, viewer_id: UUID) -> bool:
    if view.creator.id == viewer_id:
        return True
    if view.state is EventState.DRAFT:
        return False
    return view.visibility is Visibility.PUBLIC or view.is_attending or _is_waiting(view)


def _meets(view: EventView, criteria: EventCriteria, viewer_id: UUID, now: datetime) -> bool:
    return (
        criteria.attending in (None, view.is_attending)
        and criteria.waiting in (None, _is_waiting(view))
        and criteria.created in (None, view.creator.id == viewer_id)
        and (criteria.starts_after is None or criteria.starts_after <= view.start_time)
        and (criteria.starts_before is None or view.start_time <= criteria.starts_before)
        and (criteria.ends_after is None or criteria.ends_after <= view.end_time)
        and (criteria.ends_before is None or view.end_time <= criteria.ends_before)
        and criteria.status in (None, view.status)
        and criteria.type in (None, view.type)
        and (criteria.creator is None or _is_name_of(criteria.creator, view.creator))
        and criteria.available in (None, _is_available(view))
        and criteria.state in (None, view.state)
        and (not criteria.is_registration_open or _accepts_registrations(view, now))
        and (criteria.search is None or _is_found(view, criteria.search))
    )


def _is_waiting(view: EventView) -> bool:
    return view.waitlist_position is not None


def _is_available(view: EventView) -> bool:
    return view.state is EventState.PUBLISHED and view.seats_left > 0


def _accepts_registrations(view: EventView, now: datetime) -> bool:
    opens_at, closes_at = view.registration_opens_at, view.registration_closes_at
    return (
        _is_available(view)
        and now < view.start_time
        and (opens_at is None or opens_at <= now)
        and (closes_at is None or now < closes_at)
    )


def _is_found(view: EventView, search: Search) -> bool:
    return search.matches(terms_of(view.title, view.description))


def _is_name_of(name: str, creator: Creator) -> bool:
    return creator.username is not None and fold_username(name) == fold_username(creator.username)


def _folded(position: Cursor) -> Cursor:
    """Titles by code points, as in the locale C: PostgreSQL's locale may put them otherwise."""
    value, item_id = position
    return Cursor(value.lower(), item_id) if isinstance(value, str) else position


def _place_of_attendee(view: AttendeeView) -> Cursor:
    return Cursor(view.registered_at, view.id)


def _place_of_entry(entry: WaitlistEntry) -> Cursor:
    return Cursor(entry.number, entry.user_id)


def page_of(
    items: Sequence[Item],
    page_request: PageRequest,
    place_of: Callable[[Item], Cursor],
    *,
    is_reversed: bool = False,
) -> Page[Item]:
    after = page_request.after
    if after is None:
        following = items
    elif is_reversed:
        following = [item for item in items if _folded(place_of(item)) < _folded(after)]
    else:
        following = [item for item in items if _folded(place_of(item)) > _folded(after)]
    end = page_request.offset + page_request.limit
    results = following[page_request.offset : end]
    next_cursor = place_of(results[-1]) if len(following) > end else None
    return Page(len(items) if page_request.is_counted else None, results, next_cursor)
