"""The data of messages, as subscribers receive it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from application.ports.event_queries import EventView
from domain.events.event import Event, EventSeats
from domain.events.messages import Message

# What depends on the viewer or on the time.
NOT_OF_EVENT = {"is_attending", "waitlist_position", "status", "creator"}


def data_of(message: Message, event: EventSeats) -> Mapping[str, Any]:
    """For the event's creator, who can see everything. It does not change later.

    Datetimes are in UTC; all other values are JSON.
    """
    if isinstance(event, Event) and message.user_id is None:
        view = asdict(EventView.of(event, None, message.occurred_at))
        data = {name: value for name, value in view.items() if name not in NOT_OF_EVENT}
        return (
            {"event": data, "previous": message.previous} if message.previous else {"event": data}
        )
    return {
        "event_id": event.id,
        "user_id": message.user_id,
        "capacity": event.capacity,
        "attendees_count": event.attendees_count,
        "waitlist_count": event.waitlist_count,
    }
