"""The store in memory: what PostgreSQL does, with dictionaries."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from threading import RLock
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

from application.caller import Caller
from application.errors import Contended
from application.messages.bodies import event_bodies
from application.ports.event_repository import EventRepository
from application.ports.outbox import OutboxMessage
from application.ports.password_attempts import PasswordAttemptCounters
from application.ports.seat_metrics import SeatMetrics
from application.ports.session_repository import SessionRepository
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.ports.user_repository import UserRepository
from domain.accounts.credentials import fold_username
from domain.accounts.errors import AccountDeleted, SessionEnded, UsernameTaken
from domain.accounts.password_attempts import PasswordAttempts
from domain.accounts.session import Session
from domain.accounts.user import User
from domain.events.errors import EventNotFound, TooManyEvents
from domain.events.event import MAX_UPCOMING_EVENTS, Event, EventSeats, Seat
from domain.events.waitlist import WaitlistEntry
from tests.fakes.memory_calendar_feeds import MemoryCalendarFeeds
from tests.fakes.memory_idempotency import MemoryIdempotencyStore
from tests.fakes.memory_mails import MemoryMailQueue, MemoryMailTokens
from tests.fakes.memory_outbox import MemoryOutbox, MemoryReminders
from tests.fakes.memory_state import NO_PLACE, State
from tests.fakes.memory_webhooks import MemoryDeliveryRepository, MemoryWebhookRepository


@dataclass
class MemoryStore:
    """One unit of work at a time: coarser than row locks, with the same outcome."""

    committed: State = field(default_factory=State)
    lock: RLock = field(default_factory=RLock)
    is_held: bool = False


class MemoryUnitOfWork(UnitOfWork):
    def __init__(
        self,
        store: MemoryStore,
        seat_metrics: SeatMetrics | None = None,
        caller: Caller | None = None,
    ) -> None:
        self._store = store
        self._caller = caller
        self._seat_metrics = seat_metrics

    def __enter__(self) -> Self:
        self._store.lock.acquire()
        self._store.is_held = True
        self._state = deepcopy(self._store.committed)
        try:
            self._state.require_live_session(self._caller)
        except SessionEnded:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._store.is_held = False
        self._store.lock.release()

    @cached_property
    def users(self) -> "MemoryUserRepository":
        return MemoryUserRepository(self._state)

    @cached_property
    def sessions(self) -> "MemorySessionRepository":
        return MemorySessionRepository(self._state)

    @cached_property
    def password_attempts(self) -> "MemoryPasswordAttemptCounters":
        return MemoryPasswordAttemptCounters(self._state)

    @cached_property
    def events(self) -> "MemoryEventRepository":
        return MemoryEventRepository(self._state, self.commit)

    @cached_property
    def idempotency(self) -> "MemoryIdempotencyStore":
        return MemoryIdempotencyStore(self._state.idempotency)

    @cached_property
    def calendar_feeds(self) -> "MemoryCalendarFeeds":
        return MemoryCalendarFeeds(self._state.calendar_feeds)

    @cached_property
    def outbox(self) -> MemoryOutbox:
        return MemoryOutbox(self._state.outbox)

    @cached_property
    def webhooks(self) -> MemoryWebhookRepository:
        return MemoryWebhookRepository(self._state)

    @cached_property
    def deliveries(self) -> MemoryDeliveryRepository:
        return MemoryDeliveryRepository(self._state)

    @cached_property
    def mails(self) -> MemoryMailQueue:
        return MemoryMailQueue(self._state)

    @cached_property
    def mail_tokens(self) -> MemoryMailTokens:
        return MemoryMailTokens(self._state.mail_tokens)

    @cached_property
    def reminders(self) -> MemoryReminders:
        return MemoryReminders(self._state)

    def commit(self) -> None:
        self._store.committed = deepcopy(self._state)
        taken, given_back = self.events.taken, self.events.given_back
        self.events.taken = self.events.given_back = 0
        if self._seat_metrics and (taken or given_back):
            self._seat_metrics.count(taken, given_back)


@dataclass
class MemoryUnitOfWorkFactory(UnitOfWorkFactory):
    store: MemoryStore
    seat_metrics: SeatMetrics | None = None

    def __call__(self, caller: Caller | None = None) -> MemoryUnitOfWork:
        return MemoryUnitOfWork(self.store, self.seat_metrics, caller)

    def retrying(self, act: Callable[[], Any]) -> Any:
        for _ in range(2):
            try:
                return act()
            except Contended:
                pass
        return act()


@dataclass
class MemoryUserRepository(UserRepository):
    state: State

    def add(self, user: User) -> None:
        if self.find_by_username(user.username):
            raise UsernameTaken(user.username)
        self.state.users[user.id] = deepcopy(user)

    def get(self, user_id: UUID) -> User:
        user = self.find_for_update(user_id)
        if user is None:
            raise AccountDeleted
        return user

    def get_for_update(self, user_id: UUID) -> User:
        return self.get(user_id)

    def find_for_update(self, user_id: UUID) -> User | None:
        return deepcopy(self.state.users.get(user_id))

    def save(self, user: User) -> None:
        namesake = self.find_by_username(user.username)
        if namesake and namesake.id != user.id:
            raise UsernameTaken(user.username)
        self.state.users[user.id] = deepcopy(user)

    def remove(self, user: User) -> None:
        del self.state.users[user.id]
        self.state.calendar_feeds.pop(user.id, None)
        for owner, key in list(self.state.idempotency):
            if owner == user.id:
                del self.state.idempotency[owner, key]
        self._remove_owned(self.state.sessions, user.id)
        self._remove_owned(self.state.webhooks, user.id)
        self._remove_owned(self.state.mails, user.id)
        self._remove_owned(self.state.mail_tokens, user.id)

    def _remove_owned(self, things: dict[Any, Any], user_id: UUID) -> None:
        for key in [key for key, thing in things.items() if thing.user_id == user_id]:
            del things[key]

    def find_by_username(self, username: str) -> User | None:
        for user in self.state.users.values():
            if fold_username(user.username) == fold_username(username):
                return deepcopy(user)
        return None


@dataclass
class MemorySessionRepository(SessionRepository):
    state: State

    def add(self, session: Session) -> None:
        self.state.sessions[session.id] = deepcopy(session)

    def find_for_update(self, session_id: UUID, user_id: UUID) -> Session | None:
        return next((each for each in self._of(user_id) if each.id == session_id), None)

    def revoke_live(
        self, user_id: UUID, now: datetime, *, keep: UUID | None = None
    ) -> Sequence[UUID]:
        live = [each for each in self._of(user_id) if each.is_live(now) and each.id != keep]
        for session in live:
            session.revoke(now)
            self.save(session)
        return [session.id for session in live]

    def remove_ended(self, user_id: UUID, now: datetime) -> None:
        for session in self._of(user_id):
            if not session.is_live(now):
                del self.state.sessions[session.id]

    def _of(self, user_id: UUID) -> Sequence[Session]:
        found = [each for each in self.state.sessions.values() if each.user_id == user_id]
        return deepcopy(sorted(found, key=lambda session: session.id))

    def save(self, session: Session) -> None:
        self.state.sessions[session.id] = deepcopy(session)


@dataclass
class MemoryPasswordAttemptCounters(PasswordAttemptCounters):
    state: State

    def count_failure(self, key: bytes, now: datetime) -> int:
        failures = self.state.attempts_with(key, now).failures + 1
        self.state.password_attempts[key] = PasswordAttempts(failures, now)
        return failures

    def reset(self, key: bytes, now: datetime) -> None:
        self.state.password_attempts[key] = PasswordAttempts(0, now)


@dataclass
class MemoryEventRepository(EventRepository):
    state: State
    commit: Callable[[], None]
    taken: int = 0
    given_back: int = 0

    def _require_account(self, user_id: UUID) -> None:
        if user_id not in self.state.users:
            raise AccountDeleted

    def add(self, event: Event, max_upcoming: int = MAX_UPCOMING_EVENTS) -> str:
        self._require_account(event.creator_id)
        others = [each for each in self.state.events.values() if each.is_upcoming(event.created_at)]
        if sum(each.creator_id == event.creator_id for each in others) >= max_upcoming:
            raise TooManyEvents(max_upcoming)
        self.state.events[event.id] = replace(event, **NO_PLACE)
        self._add_messages(event)
        return self.state.users[event.creator_id].username

    def add_and_commit(self, event: Event, max_upcoming: int) -> str:
        name = self.add(event, max_upcoming)
        self.commit()
        return name

    def affected_by_deletion_for_update(
        self, user_id: UUID, now: datetime, limit: int
    ) -> Sequence[Event]:
        found = sorted(
            event.id
            for event in self.state.events.values()
            if self.state.is_affected_by_deletion(event, user_id, now)
        )
        return [self.get_for_update(event_id, user_id) for event_id in found[:limit]]

    def find(self, event_id: UUID) -> Event | None:
        return deepcopy(self.state.events.get(event_id))

    def get_for_update(self, event_id: UUID, attendee: UUID) -> Event:
        if event_id not in self.state.events:
            raise EventNotFound(event_id)
        registered_at = self.state.attendances.get((event_id, attendee))
        return replace(
            self.state.events[event_id],
            seat=Seat(attendee, registered_at),
            waitlist_entry=self.state.waitlist_entry(event_id, attendee),
        )

    def get_seats_for_update(self, event_id: UUID, attendee: UUID) -> EventSeats:
        event = self.get_for_update(event_id, attendee)
        return EventSeats(**_values(event, EventSeats))

    def next_in_line(self, event_id: UUID, limit: int) -> Sequence[WaitlistEntry]:
        entries = self.state.waitlist(event_id)
        return [entry for entry in entries if entry.user_id in self.state.users][:limit]

    def waitlist_position(self, event_id: UUID, number: int) -> int:
        return self.state.waitlist_position(event_id, number)

    def save(self, event: EventSeats) -> None:
        self._save_waitlist_entry(event.id, event.seat.user_id, event.waitlist_entry)
        self._save_seat(event.id, event.seat)
        for seat in event.promoted:
            self._save_waitlist_entry(event.id, seat.user_id, None)
            self._save_seat(event.id, seat)
        changes = _values(event, type(event)) | NO_PLACE
        self.state.events[event.id] = replace(self.state.events[event.id], **changes)
        self._add_messages(event)

    def _save_seat(self, event_id: UUID, seat: Seat) -> None:
        place = (event_id, seat.user_id)
        if seat.registered_at is None:
            self.given_back += self.state.attendances.pop(place, None) is not None
        elif place not in self.state.attendances:
            self._require_account(seat.user_id)
            self.state.attendances[place] = seat.registered_at
            self.taken += 1

    def _save_waitlist_entry(
        self, event_id: UUID, user_id: UUID, entry: WaitlistEntry | None
    ) -> None:
        entries = self.state.waitlists.setdefault(event_id, {})
        if entry is None:
            entries.pop(user_id, None)
        elif user_id not in entries:
            self._require_account(user_id)
            entries[user_id] = entry

    def remove(self, event: EventSeats) -> None:
        del self.state.events[event.id]
        self.state.waitlists.pop(event.id, None)
        for place in [place for place in self.state.attendances if place[0] == event.id]:
            del self.state.attendances[place]
        for reminder in [each for each in self.state.reminders if each[0] == event.id]:
            self.state.reminders.remove(reminder)
        self._add_messages(event)

    def _add_messages(self, event: EventSeats) -> None:
        outbox = MemoryOutbox(self.state.outbox)
        for body in event_bodies(event):
            outbox.add(OutboxMessage(uuid4(), event.creator_id, body))
        event.messages.clear()


def _values(event: EventSeats, kind: type[EventSeats]) -> dict[str, Any]:
    return {each.name: getattr(event, each.name) for each in fields(kind) if each.init}
