"""The JSON of calendar addresses."""

from marshmallow import fields

from adapters.http.requests.fields import AnswerSchema, Instant


class CalendarFeedSchema(AnswerSchema):
    created_at = Instant(metadata={"description": "When the address was made."})


class CalendarAddressSchema(CalendarFeedSchema):
    url = fields.String(
        metadata={"description": "Shown this once. Whoever knows it may read.", "format": "uri"}
    )
