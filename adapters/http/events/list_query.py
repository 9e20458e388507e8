"""What the event list can be asked."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import fields, post_load

from adapters.http.events.schemas import NOT_BLANK, instant
from adapters.http.pagination.query import CursorQuery
from adapters.http.requests.fields import Flag, Text
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.description import EventType
from domain.events.schedule import EventStatus
from domain.events.search import SEARCH_MAX_LENGTH, Search

SEARCH = """\
Words that must all be in the title or the description, in any order and any case. Letters and \
digits begin a word there, so that part of one finds it: `eng` finds *Engines*. Every other \
character stands for itself alone: `node.js` finds *Node.js evening* and not *node and js*, \
`100%` finds *100% tea* and not *1000 cups*, `%` finds what has a percent sign."""
CREATOR = """\
The username of who created it, in any case: `ada` finds what *Ada* created. A name that nobody \
has finds nothing."""
AVAILABLE = "Whether seats are left: `true`, or `false` for events that are full."
SORT = """\
In the order of this field, or with `-` in the reverse; ties by id in the same direction. Titles \
without regard to case. By `attendees_count` a page takes the longer the more events match, and \
whoever takes a seat or gives one back moves the event: while you go from page to page, by cursor \
too, it may come twice or not at all."""

SORT_PARAMETERS: Mapping[EventSort, str] = {
    sort: f"-{sort.field}" if sort.is_descending else sort.field for sort in EventSort
}
# Named for the schema in the document. mypy wants a literal.
SortParameter = StrEnum(  # type: ignore[misc]
    "EventSort", {sort.name: parameter for sort, parameter in SORT_PARAMETERS.items()}
)


class EventListQuery(CursorQuery):
    search = Text(
        rule=Search.of,
        metadata={"description": SEARCH, "maxLength": SEARCH_MAX_LENGTH, "pattern": NOT_BLANK},
    )
    attending = Flag(metadata={"description": "Whether the caller has a seat."})
    created = Flag(metadata={"description": "Whether the caller created it."})
    creator = Text(metadata={"description": CREATOR})
    available = Flag(metadata={"description": AVAILABLE})
    type = fields.Enum(
        EventType, by_value=fields.String, metadata={"description": "Its kind, as `workshop`."}
    )
    status = fields.Enum(
        EventStatus, by_value=fields.String, metadata={"description": "Now, as `upcoming`."}
    )
    starts_after = instant("Starts then or later, as `2099-05-17T18:00:00Z`.")
    starts_before = instant("Starts then or earlier.")
    ends_after = instant("Ends then or later: with `starts_before`, what runs in between.")
    ends_before = instant("Ends then or earlier.")
    sort = fields.Enum(
        SortParameter,
        by_value=fields.String,
        load_default=SortParameter(SORT_PARAMETERS[EventSort.SOONEST_FIRST]),
        metadata={"description": SORT, "default": "start_time"},
    )

    @post_load
    def to_question(self, data: dict[str, Any], **_: Any) -> tuple[EventCriteria, PageRequest]:
        sort = EventSort[data.pop("sort").name]
        page_request = self.page_request_of(data, SORT_PARAMETERS[sort], sort.kind)
        return EventCriteria(**data, sort=sort), page_request
