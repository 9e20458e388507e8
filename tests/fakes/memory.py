"""The store in memory: what PostgreSQL does, told in dictionaries."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock
from types import TracebackType
from typing import Self
from uuid import UUID

from application.ports.event_repository import EventRepository
from application.ports.session_repository import SessionRepository
from application.ports.unit_of_work import UnitOfWork
from application.ports.user_repository import UserRepository
from domain.accounts.credentials import fold_case
from domain.accounts.errors import UsernameTaken
from domain.accounts.session import Session
from domain.accounts.user import User
from domain.events.errors import EventNotFound
from domain.events.event import Event, Seat

NOBODY = Seat(UUID(int=0))


@dataclass
class State:
    users: dict[UUID, User] = field(default_factory=dict)
    sessions: dict[UUID, Session] = field(default_factory=dict)
    events: dict[UUID, Event] = field(default_factory=dict)
    attendances: dict[tuple[UUID, UUID], datetime] = field(default_factory=dict)


@dataclass
class MemoryStore:
    """One unit of work at a time: coarser than row locks, with the same outcome."""

    committed: State = field(default_factory=State)
    lock: RLock = field(default_factory=RLock)
    is_held: bool = False


class MemoryUnitOfWork(UnitOfWork):
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def __enter__(self) -> Self:
        self._store.lock.acquire()
        self._store.is_held = True
        self._state = deepcopy(self._store.committed)
        self.users = MemoryUserRepository(self._state)
        self.sessions = MemorySessionRepository(self._state)
        self.events = MemoryEventRepository(self._state)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._store.is_held = False
        self._store.lock.release()

    def commit(self) -> None:
        self._store.committed = deepcopy(self._state)


@dataclass
class MemoryUserRepository(UserRepository):
    state: State

    def add(self, user: User) -> None:
        if self.find_by_username(user.username):
            raise UsernameTaken(user.username)
        self.state.users[user.id] = deepcopy(user)

    def find(self, user_id: UUID) -> User | None:
        return deepcopy(self.state.users.get(user_id))

    def find_by_username(self, username: str) -> User | None:
        for user in self.state.users.values():
            if fold_case(user.username) == fold_case(username):
                return deepcopy(user)
        return None


@dataclass
class MemorySessionRepository(SessionRepository):
    state: State

    def add(self, session: Session) -> None:
        self.state.sessions[session.id] = deepcopy(session)

    def find(self, session_id: UUID) -> Session | None:
        return deepcopy(self.state.sessions.get(session_id))

    def find_for_update(self, session_id: UUID) -> Session | None:
        return deepcopy(self.state.sessions.get(session_id))

    def save(self, session: Session) -> None:
        self.state.sessions[session.id] = deepcopy(session)


@dataclass
class MemoryEventRepository(EventRepository):
    state: State

    def add(self, event: Event) -> None:
        self.state.events[event.id] = replace(event, seat=NOBODY)

    def get_for_update(self, event_id: UUID, attendee: UUID) -> Event:
        if event_id not in self.state.events:
            raise EventNotFound(event_id)
        registered_at = self.state.attendances.get((event_id, attendee))
        return replace(self.state.events[event_id], seat=Seat(attendee, registered_at))

    def save(self, event: Event) -> None:
        place = (event.id, event.seat.user_id)
        if event.seat.registered_at is None:
            self.state.attendances.pop(place, None)
        else:
            self.state.attendances[place] = event.seat.registered_at
        self.state.events[event.id] = replace(event, seat=NOBODY)

    def remove(self, event: Event) -> None:
        del self.state.events[event.id]
        for place in [place for place in self.state.attendances if place[0] == event.id]:
            del self.state.attendances[place]
