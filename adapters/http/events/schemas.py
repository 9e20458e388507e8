"""The JSON of events and attendance."""

from enum import StrEnum
from typing import Any

from marshmallow import Schema, fields, post_load, pre_load

from adapters.http.pagination.page import CursorPageSchema
from adapters.http.pagination.query import CursorQuery
from adapters.http.requests.fields import Instant, JsonBoolean, JsonInteger, ResponseSchema, Text
from adapters.http.requests.patterns import BLANK, line_pattern, lines_pattern
from application.pages import PageRequest
from domain.events.access import AttendeesVisibleTo, Visibility
from domain.events.description import (
    CAPACITY_MAX,
    DESCRIPTION_MAX_LENGTH,
    LOCATION_MAX_LENGTH,
    NO_LOCATION,
    TITLE_MAX_LENGTH,
    Capacity,
    Description,
    EventType,
    Location,
    Title,
)
from domain.events.event import NewEvent
from domain.events.schedule import EventStatus
from domain.events.state import (
    NO_REASON,
    REASON_MAX_LENGTH,
    CancellationReason,
    EventState,
)
from domain.events.time_zone import UTC, TimeZone
from domain.text import CONTROL_EXCEPT_TEXT

LINE = (
    "at least one visible character, no control characters or line breaks, and no unclosed "
    "bidirectional controls"
)


class NewEventState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


def _title(**options: Any) -> Text:
    metadata = {
        "description": f"1 to {TITLE_MAX_LENGTH} characters after trimming whitespace: {LINE}.",
        "pattern": line_pattern(TITLE_MAX_LENGTH),
        "example": "Analytical engines, an evening",
    }
    return Text(rule=Title, metadata=metadata, **options)


def _description(**options: Any) -> Text:
    metadata = {
        "description": "Plain text. The only control characters allowed are tabs and line breaks.",
        "maxLength": DESCRIPTION_MAX_LENGTH,
        "pattern": rf"^[^{CONTROL_EXCEPT_TEXT}]*$",
        "example": "Bring a problem, leave with a program.",
    }
    return Text(rule=Description, metadata=metadata, **options)


def _instant(description: str, example: str | None, **options: Any) -> Instant:
    text = f"{description} Seconds are optional. Without an offset, UTC is assumed."
    return Instant(metadata={"description": text, "example": example}, **options)


def _start_time(**options: Any) -> Instant:
    return _instant("Must be in the future.", "2099-05-17T18:00:00Z", **options)


def _end_time(**options: Any) -> Instant:
    return _instant(
        "Must be after `start_time` and in the future.", "2099-05-17T21:00:00Z", **options
    )


def _capacity(**options: Any) -> JsonInteger:
    metadata = {"minimum": 1, "maximum": CAPACITY_MAX, "example": 40}
    return JsonInteger(rule=Capacity, metadata=metadata, **options)


def _type(**options: Any) -> fields.Enum[EventType]:
    metadata = {"example": "meetup", **options.pop("metadata", {})}
    return fields.Enum(EventType, by_value=fields.String, metadata=metadata, **options)


def _location(**options: Any) -> Text:
    metadata = {
        "description": f"Address, room, or link. Up to {LOCATION_MAX_LENGTH} characters after "
        f"trimming whitespace. Empty, or {LINE}.",
        "pattern": rf"^[{BLANK}]*$|{line_pattern(LOCATION_MAX_LENGTH)}",
        "example": "The reading room, 12 Wharf Street",
    }
    return Text(rule=Location, metadata=metadata, **options)


def _timezone(**options: Any) -> Text:
    metadata = {
        "description": "IANA time zone of the venue, for calendar files. It does not apply to "
        "times in JSON, which are in UTC unless they have an offset.",
        "pattern": r"^[A-Za-z0-9_+/-]+$",
        "example": "Europe/London",
        **options.pop("metadata", {}),
    }
    return Text(rule=TimeZone, metadata=metadata, **options)


def _registration_opens_at(**options: Any) -> Instant:
    description = (
        "When registration opens; null for immediately. Must be before `registration_closes_at` "
        "and `start_time`."
    )
    return _instant(description, None, allow_none=True, **options)


def _registration_closes_at(**options: Any) -> Instant:
    description = (
        "When registration closes, exclusive; null for at the start. Must not be after "
        "`start_time`."
    )
    return _instant(description, "2099-05-16T18:00:00Z", allow_none=True, **options)


def _visibility(**options: Any) -> fields.Enum[Visibility]:
    metadata = {
        "description": "Only the creator, the attendees and the people on the waitlist find an "
        "`unlisted` event in their lists. Everyone who has the id can get it.",
        "example": "public",
        **options.pop("metadata", {}),
    }
    return fields.Enum(Visibility, by_value=fields.String, metadata=metadata, **options)


def _attendees_visible_to(**options: Any) -> fields.Enum[AttendeesVisibleTo]:
    metadata = {
        "description": "Who can list the attendees. The organiser is the creator, who always can. "
        "`attendees_count` is public.",
        "example": "everyone",
        **options.pop("metadata", {}),
    }
    return fields.Enum(AttendeesVisibleTo, by_value=fields.String, metadata=metadata, **options)


def _waitlist_enabled(**options: Any) -> JsonBoolean:
    metadata = {
        "description": "Whether people can join the waitlist when the event is full, and get "
        "seats from it. While it is disabled, the people on it keep their positions.",
        "example": True,
        **options.pop("metadata", {}),
    }
    return JsonBoolean(metadata=metadata, **options)


def _name_if_any() -> fields.String:
    return fields.String(
        allow_none=True, metadata={"description": "Null if the account is deleted."}
    )


class CreatorSchema(ResponseSchema):
    id = fields.UUID()
    username = _name_if_any()


class CompleteEventSchema(Schema):
    title = _title(required=True)
    description = _description(load_default=Description(""))
    start_time = _start_time(required=True)
    end_time = _end_time(required=True)
    timezone = _timezone(load_default=UTC, metadata={"default": UTC})
    registration_opens_at = _registration_opens_at(load_default=None)
    registration_closes_at = _registration_closes_at(load_default=None)
    capacity = _capacity(load_default=Capacity(CAPACITY_MAX))
    type = _type(load_default=EventType.OTHER, metadata={"default": "other"})
    location = _location(load_default=NO_LOCATION)
    visibility = _visibility(load_default=Visibility.PUBLIC, metadata={"default": "public"})
    attendees_visible_to = _attendees_visible_to(
        load_default=AttendeesVisibleTo.EVERYONE, metadata={"default": "everyone"}
    )
    waitlist_enabled = _waitlist_enabled(load_default=True)


class NewEventSchema(CompleteEventSchema):
    state = fields.Enum(
        NewEventState,
        by_value=fields.String,
        load_default=NewEventState.PUBLISHED,
        metadata={
            "description": "Only you can see a draft until you publish it.",
            "default": "published",
            "example": "published",
        },
    )

    @post_load
    def to_new_event(self, data: dict[str, Any], **_: Any) -> NewEvent:
        return NewEvent(**data | {"state": EventState(data["state"])})


class ReadOnlyFields(Schema):
    """Fields of an event that clients cannot set: dropped, so that a response can be sent back."""

    id = fields.UUID(dump_only=True)
    state = fields.Enum(
        EventState,
        by_value=fields.String,
        dump_only=True,
        metadata={"description": "Changed by `publishEvent` and `callOffEvent`."},
    )
    status = fields.Enum(EventStatus, by_value=fields.String, dump_only=True)
    attendees_count = fields.Integer(dump_only=True)
    waitlist_count = fields.Integer(
        dump_only=True,
        metadata={
            "description": "Number of people on the waitlist. 0 unless the event is published and "
            "upcoming."
        },
    )
    seats_left = fields.Integer(dump_only=True)
    is_attending = fields.Boolean(
        dump_only=True, metadata={"description": "Whether you attend the event."}
    )
    waitlist_position = fields.Integer(
        allow_none=True,
        dump_only=True,
        metadata={
            "description": "Your position on the waitlist; 1 is first. Null if you are not on it."
        },
    )
    creator = fields.Nested(CreatorSchema, dump_only=True)
    created_at = Instant(dump_only=True)
    updated_at = Instant(dump_only=True)
    published_at = Instant(
        allow_none=True, dump_only=True, metadata={"description": "Null for a draft."}
    )
    cancelled_at = Instant(
        allow_none=True, dump_only=True, metadata={"description": "Null unless cancelled."}
    )
    cancellation_reason = fields.String(
        allow_none=True,
        dump_only=True,
        metadata={"description": "Null unless cancelled. Empty if no reason was given."},
    )

    @pre_load
    def drop_read_only_fields(self, data: Any, **kwargs: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if name not in READ_ONLY}


READ_ONLY = frozenset(ReadOnlyFields().fields)


class EventSchema(ResponseSchema, ReadOnlyFields):
    title = fields.String()
    description = fields.String()
    start_time = Instant()
    end_time = Instant()
    timezone = fields.String(metadata={"description": "IANA time zone of the venue."})
    registration_opens_at = Instant(allow_none=True)
    registration_closes_at = Instant(allow_none=True)
    capacity = fields.Integer()
    type = _type()
    location = fields.String()
    visibility = _visibility()
    attendees_visible_to = _attendees_visible_to()
    waitlist_enabled = _waitlist_enabled()


class ReplaceEventSchema(ReadOnlyFields, CompleteEventSchema):
    """A complete event. Read-only fields are ignored."""


class ChangeEventSchema(ReadOnlyFields):
    """Fields to change. Read-only fields are ignored.

    Null removes `registration_opens_at` or `registration_closes_at`.
    """

    title = _title()
    description = _description()
    start_time = _start_time()
    end_time = _end_time()
    timezone = _timezone()
    registration_opens_at = _registration_opens_at()
    registration_closes_at = _registration_closes_at()
    capacity = _capacity()
    type = _type()
    location = _location()
    visibility = _visibility()
    attendees_visible_to = _attendees_visible_to()
    waitlist_enabled = _waitlist_enabled()


class CallOffEventSchema(Schema):
    reason = Text(
        rule=CancellationReason,
        load_default=NO_REASON,
        metadata={
            "description": f"Up to {REASON_MAX_LENGTH:,} characters after trimming whitespace. The "
            "only control characters allowed are tabs and line breaks.",
            "pattern": rf"^[{BLANK}]*$|{lines_pattern(REASON_MAX_LENGTH)}",
            "example": "The speaker is ill.",
        },
    )


class EventPageSchema(CursorPageSchema):
    results = fields.List(fields.Nested(EventSchema))


ATTENDEE_ORDER = "registered_at"


class AttendeeListQuery(CursorQuery):
    @post_load
    def to_page_request(self, data: dict[str, Any], **_: Any) -> PageRequest:
        return self.page_request_of(data, ATTENDEE_ORDER)


class AttendeeSchema(ResponseSchema):
    id = fields.UUID(metadata={"description": "User id."})
    username = _name_if_any()
    registered_at = Instant()


class AttendeePageSchema(CursorPageSchema):
    results = fields.List(fields.Nested(AttendeeSchema))


class WaitlistPlaceSchema(ResponseSchema):
    position = fields.Integer(metadata={"description": "1 is first."})
    joined_at = Instant()


WAITLIST_ORDER = "waitlist_number"


class WaitlistQuery(CursorQuery):
    @post_load
    def to_page_request(self, data: dict[str, Any], **_: Any) -> PageRequest:
        return self.page_request_of(data, WAITLIST_ORDER, int)


class WaitlistEntrySchema(ResponseSchema):
    id = fields.UUID(metadata={"description": "User id."})
    username = _name_if_any()
    joined_at = Instant()
    position = fields.Integer(metadata={"description": "1 is first."})


class WaitlistPageSchema(CursorPageSchema):
    results = fields.List(fields.Nested(WaitlistEntrySchema))
