"""The query parameters of the event list."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from marshmallow import fields, post_load

from adapters.http.pagination.query import CursorQuery
from adapters.http.requests.fields import DayOrInstant, Flag, Text
from application.pages import PageRequest
from application.ports.event_queries import MAX_SORTED, EventCriteria, EventSort
from domain.events.description import EventType
from domain.events.schedule import EventStatus
from domain.events.search import SEARCH_MAX_LENGTH, Search
from domain.events.state import EventState

SEARCH = """\
Words to find in the title or description, in any order. All must match. A word also matches \
longer words that start with it: `eng` finds *Engines*. Case, accents and typographic variants are \
ignored: `lodz` finds *Łódź*. Punctuation separates words: `node.js` finds *Node.js* and *node \
js*. Emoji and scripts written without spaces, such as Chinese, Japanese and Thai, match at any \
position. An empty search is ignored; punctuation alone is an error."""
CREATOR = "Username of the creator, case-insensitive; surrounding whitespace is ignored."
STATUS = "By time: `upcoming`, `ongoing` or `past`. Cancelled events have a status, too."
AVAILABLE = "`true` for published events with seats left, `false` for all other events."
REGISTRATION = """\
`open` for events that you can attend now: they are published, have not started, registration is \
open, and seats are left."""
SORT = f"""\
Sort field; prefix `-` for descending. Ties are broken by id. Titles are sorted \
case-insensitively. Sorting more than {MAX_SORTED:,} events by `attendees_count` can return 422, \
and an event may move between pages when its attendance changes."""

SORT_PARAMETERS: Mapping[EventSort, str] = {
    sort: f"-{sort.field}" if sort.is_descending else sort.field for sort in EventSort
}
# Named for the schema in the document. mypy wants a literal.
SortParameter = StrEnum(  # type: ignore[misc]
    "EventSort", {sort.name: parameter for sort, parameter in SORT_PARAMETERS.items()}
)


class Registration(StrEnum):
    OPEN = "open"


MICROSECOND = timedelta(microseconds=1)
# Two parameters for the same bound, and the function that selects the stricter one.
BOUNDS: Sequence[tuple[str, str, Callable[..., datetime]]] = (
    ("starts_after", "start_time__gte", max),
    ("starts_before", "start_time__lt", min),
    ("ends_after", "end_time__gt", max),
    ("ends_before", "end_time__lte", min),
)


def _bound(description: str, **options: Any) -> DayOrInstant:
    text = f"{description} A date means midnight UTC. Seconds and offset (UTC) are optional."
    return DayOrInstant(metadata={"description": text}, **options)


class EventListQuery(CursorQuery):
    search = Text(
        rule=Search.of,
        metadata={"description": SEARCH, "maxLength": SEARCH_MAX_LENGTH},
    )
    attending = Flag(metadata={"description": "Whether you attend the event."})
    waiting = Flag(metadata={"description": "Whether you are on the event's waitlist."})
    created = Flag(metadata={"description": "Whether you created the event."})
    creator = Text(metadata={"description": CREATOR})
    available = Flag(metadata={"description": AVAILABLE})
    type = fields.Enum(EventType, by_value=fields.String, metadata={"description": "Event type."})
    status = fields.Enum(EventStatus, by_value=fields.String, metadata={"description": STATUS})
    state = fields.Enum(
        EventState,
        by_value=fields.String,
        metadata={"description": "State. `draft` only finds your own drafts."},
    )
    registration = fields.Enum(
        Registration, by_value=fields.String, metadata={"description": REGISTRATION}
    )
    starts_after = _bound("Earliest start, inclusive, such as `2099-05-17T18:00:00Z`.")
    starts_before = _bound("Latest start, inclusive.")
    ends_after = _bound("Earliest end, inclusive. With `starts_before`: events in a period.")
    ends_before = _bound("Latest end, inclusive.")
    start_time__gte = _bound("Earliest start, inclusive, like `starts_after`.")
    start_time__lt = _bound(
        "Latest start, exclusive. Combine with `start_time__gte` for events that start on a day, "
        "or with `end_time__gt` for events that take place on a day.",
        shift=-MICROSECOND,
    )
    end_time__gt = _bound("Earliest end, exclusive.", shift=MICROSECOND)
    end_time__lte = _bound("Latest end, inclusive, like `ends_before`.")
    sort = fields.Enum(
        SortParameter,
        by_value=fields.String,
        load_default=SortParameter(SORT_PARAMETERS[EventSort.SOONEST_FIRST]),
        metadata={"description": SORT, "default": "start_time"},
    )

    @post_load
    def to_question(self, data: dict[str, Any], **_: Any) -> tuple[EventCriteria, PageRequest]:
        for name, other, tighter in BOUNDS:
            if given := [data.pop(each) for each in (name, other) if each in data]:
                data[name] = tighter(given)
        data["is_registration_open"] = data.pop("registration", None) is not None
        sort = EventSort[data.pop("sort").name]
        page_request = self.page_request_of(data, SORT_PARAMETERS[sort], sort.kind)
        return EventCriteria(**data, sort=sort), page_request
