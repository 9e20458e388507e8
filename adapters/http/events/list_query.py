"""The query parameters of the event list."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import fields, post_load

from adapters.http.pagination.query import CursorQuery
from adapters.http.requests.fields import DayOrInstant, Flag, Text
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.description import EventType
from domain.events.schedule import EventStatus
from domain.events.search import SEARCH_MAX_LENGTH, Search

SEARCH = """\
Words to find in the title or description, in any order and case. All must match. A word matches \
words that begin with it: `eng` finds *Engines*. Other characters match literally: `node.js` finds \
*Node.js evening* but not *node and js*; `100%` finds *100% tea* but not *1000 cups*. An empty \
search is ignored."""
CREATOR = "Username of the creator, case-insensitive; whitespace around it is ignored."
AVAILABLE = "`true` for events with seats left, `false` for full events."
SORT = """\
Sort field; prefix `-` for descending. Ties are broken by id. Titles are sorted \
case-insensitively. Sorting by `attendees_count` gets slower as more events match, and an event \
may move between pages when its attendance changes."""

SORT_PARAMETERS: Mapping[EventSort, str] = {
    sort: f"-{sort.field}" if sort.is_descending else sort.field for sort in EventSort
}
# Named for the schema in the document. mypy wants a literal.
SortParameter = StrEnum(  # type: ignore[misc]
    "EventSort", {sort.name: parameter for sort, parameter in SORT_PARAMETERS.items()}
)


def _bound(description: str) -> DayOrInstant:
    text = f"{description} A date means midnight UTC; without an offset, UTC is assumed."
    return DayOrInstant(metadata={"description": text})


class EventListQuery(CursorQuery):
    search = Text(
        rule=Search.of,
        metadata={"description": SEARCH, "maxLength": SEARCH_MAX_LENGTH},
    )
    attending = Flag(metadata={"description": "Whether you attend the event."})
    created = Flag(metadata={"description": "Whether you created the event."})
    creator = Text(metadata={"description": CREATOR})
    available = Flag(metadata={"description": AVAILABLE})
    type = fields.Enum(EventType, by_value=fields.String, metadata={"description": "Event type."})
    status = fields.Enum(
        EventStatus, by_value=fields.String, metadata={"description": "Current status."}
    )
    starts_after = _bound("Earliest start, inclusive, such as `2099-05-17T18:00:00Z`.")
    starts_before = _bound("Latest start, inclusive.")
    ends_after = _bound("Earliest end, inclusive. With `starts_before`: events in a period.")
    ends_before = _bound("Latest end, inclusive.")
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
