"""How release 0.3.0 stores and repeats the response to a request with an idempotency key.

It stores the fields of its read model and makes the response from them.
"""

from dataclasses import KW_ONLY, dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import Any, get_type_hints
from uuid import UUID


@dataclass
class Creator:
    id: UUID
    username: str | None


@dataclass
class EventView:
    id: UUID
    title: str
    description: str
    start_time: datetime
    end_time: datetime
    capacity: int
    attendees_count: int
    created_at: datetime
    updated_at: datetime
    location: str
    _: KW_ONLY
    seats_left: int = field(init=False)
    type: str
    is_attending: bool
    status: str
    creator: Creator

    def __post_init__(self):
        self.seats_left = self.capacity - self.attendees_count


def store(event):
    """What 0.3.0 stores for the JSON of an event."""
    return to_payload(repeat({name: event[name] for name in event if name != "seats_left"}))


def repeat(payload, model=EventView) -> Any:
    """The read model that 0.3.0 sends for a stored response."""
    types = get_type_hints(model)
    known = {name: value for name, value in payload.items() if name in types}
    return model(**{name: from_json(types[name], value) for name, value in known.items()})


def to_payload(model):
    return {each.name: to_json(getattr(model, each.name)) for each in fields(model) if each.init}


def to_json(value):
    if is_dataclass(value):
        return to_payload(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def from_json(type_, value):
    if is_dataclass(type_):
        return repeat(value, type_)
    if type_ is datetime:
        return datetime.fromisoformat(value)
    return type_(value) if type_ is UUID else value
