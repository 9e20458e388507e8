"""The JSON of calendar feeds."""

from marshmallow import fields

from adapters.http.requests.fields import Instant, ResponseSchema


class CalendarFeedSchema(ResponseSchema):
    created_at = Instant(metadata={"description": "Creation time of the feed."})


class CreatedCalendarFeedSchema(CalendarFeedSchema):
    url = fields.String(
        metadata={
            "description": "Secret feed URL, shown only in this response. Anyone with the URL can "
            "read the calendar.",
            "format": "uri",
        }
    )
