"""The JSON of events and attendance."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from adapters.http.fields import Flag, Instant, JsonInteger, Text
from adapters.http.pagination import PageSchema, WindowQuery
from application.ports.event_queries import EventSort
from domain.events.description import CAPACITY_MAX, DESCRIPTION_MAX_LENGTH, TITLE_MAX_LENGTH
from domain.events.schedule import EventStatus

# Not NUL, and something other than white space.
NOT_BLANK = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


class Title(Text):
    """Text that is trimmed before its length is checked."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        trimmed = super()._deserialize(value, attr, data, **kwargs).strip()
        if not 1 <= len(trimmed) <= TITLE_MAX_LENGTH:
            raise ValidationError(f"Must have 1 to {TITLE_MAX_LENGTH} characters after trimming.")
        return trimmed


def _title(**options: Any) -> Title:
    description = f"1 to {TITLE_MAX_LENGTH} characters after white space at both ends is trimmed."
    return Title(metadata={"description": description, "pattern": NOT_BLANK}, **options)


def _description(**options: Any) -> Text:
    return Text(validate=validate.Length(max=DESCRIPTION_MAX_LENGTH), **options)


def _instant(description: str, **options: Any) -> Instant:
    text = f"{description} Without an offset it is read as UTC; years 1 to 9999 there."
    return Instant(metadata={"description": text}, **options)


def _start_time(**options: Any) -> Instant:
    return _instant("In the future.", **options)


def _end_time(**options: Any) -> Instant:
    return _instant("After start_time.", **options)


def _capacity(**options: Any) -> JsonInteger:
    return JsonInteger(validate=validate.Range(1, CAPACITY_MAX), **options)


class CreatorSchema(Schema):
    id = fields.UUID(required=True)
    username = fields.String(required=True)


class EventSchema(Schema):
    id = fields.UUID(required=True)
    title = fields.String(required=True)
    description = fields.String(required=True)
    start_time = Instant(required=True)
    end_time = Instant(required=True)
    capacity = fields.Integer(required=True)
    status = fields.Enum(EventStatus, by_value=fields.String, required=True)
    attendees_count = fields.Integer(required=True)
    seats_left = fields.Integer(required=True)
    is_attending = fields.Boolean(
        required=True, metadata={"description": "Whether the caller has a seat."}
    )
    creator = fields.Nested(CreatorSchema, required=True)
    created_at = Instant(required=True)
    updated_at = Instant(required=True)


class NewEventSchema(Schema):
    title = _title(required=True)
    description = _description(load_default="")
    start_time = _start_time(required=True)
    end_time = _end_time(required=True)
    capacity = _capacity(load_default=CAPACITY_MAX)


class SentBackSchema(Schema):
    """Fields of an event that can't be set: dropped, so that what was sent may be sent back."""

    id = fields.UUID(dump_only=True)
    status = fields.Enum(EventStatus, by_value=fields.String, dump_only=True)
    attendees_count = fields.Integer(dump_only=True)
    seats_left = fields.Integer(dump_only=True)
    is_attending = fields.Boolean(dump_only=True)
    creator = fields.Nested(CreatorSchema, dump_only=True)
    created_at = Instant(dump_only=True)
    updated_at = Instant(dump_only=True)

    @pre_load
    def drop_read_only_fields(self, data: Any, **kwargs: Any) -> Any:
        if not isinstance(data, dict):
            return data
        read_only = self.fields.keys() - self.load_fields.keys()
        return {name: value for name, value in data.items() if name not in read_only}


class ReplaceEventSchema(SentBackSchema, NewEventSchema):
    """All of an event. Fields that can't be set are ignored."""


class ChangeEventSchema(SentBackSchema):
    """What to change of an event. Fields that can't be set are ignored."""

    title = _title()
    description = _description()
    start_time = _start_time()
    end_time = _end_time()
    capacity = _capacity()


class EventListQuery(WindowQuery):
    attending = Flag(metadata={"description": "Whether the caller has a seat."})
    created = Flag(metadata={"description": "Whether the caller created it."})
    starts_after = _instant("Starts then or later.")
    starts_before = _instant("Starts then or earlier.")
    status = fields.Enum(EventStatus, by_value=fields.String)
    sort = fields.Enum(
        EventSort,
        by_value=fields.String,
        load_default=EventSort.SOONEST_FIRST,
        metadata={"description": "By start; ties by id.", "default": "start_time"},
    )


class EventPageSchema(PageSchema):
    results = fields.List(fields.Nested(EventSchema), required=True)


class AttendeeSchema(Schema):
    id = fields.UUID(required=True, metadata={"description": "The person's id."})
    username = fields.String(required=True)
    registered_at = Instant(required=True)


class AttendeePageSchema(PageSchema):
    results = fields.List(fields.Nested(AttendeeSchema), required=True)
