"""The JSON of calendar addresses."""

from marshmallow import fields

from adapters.http.requests.fields import Instant, ResponseSchema


class CalendarFeedSchema(ResponseSchema):
    created_at = Instant(metadata={"description": "When the address was made."})


class CreatedCalendarFeedSchema(CalendarFeedSchema):
    url = fields.String(
        metadata={"description": "Shown this once. Whoever knows it may read.", "format": "uri"}
    )
