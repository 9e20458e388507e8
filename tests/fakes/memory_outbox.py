from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from application.ports.outbox import Outbox, OutboxMessage
from application.ports.reminders import Reminders
from domain.events.event import Event
from domain.events.state import EventState
from tests.fakes.memory_state import State


@dataclass
class MemoryOutbox(Outbox):
    """No message is ever locked: units of work take turns."""

    messages: dict[UUID, OutboxMessage]

    def add(self, message: OutboxMessage) -> None:
        self.messages[message.id] = message

    def take(self, limit: int) -> Sequence[OutboxMessage]:
        return list(islice(self.messages.values(), limit))

    def keep(self, message_id: UUID, last_user_id: UUID) -> None:
        self.messages[message_id] = replace(self.messages[message_id], last_user_id=last_user_id)

    def remove(self, message_ids: Collection[UUID]) -> None:
        for message_id in message_ids:
            del self.messages[message_id]


@dataclass
class MemoryReminders(Reminders):
    state: State

    def take_due(
        self, starts_after: datetime, starts_until: datetime, limit: int
    ) -> Sequence[Event]:
        due = sorted(
            (
                event
                for event in self.state.events.values()
                if event.state is EventState.PUBLISHED
                and starts_after < event.schedule.start_time <= starts_until
                and (event.id, event.schedule.start_time) not in self.state.reminders
            ),
            key=lambda event: (event.schedule.start_time, event.id),
        )[:limit]
        self.state.reminders.update((event.id, event.schedule.start_time) for event in due)
        return due
