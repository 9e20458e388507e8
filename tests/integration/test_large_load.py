"""On 100,000 events and 2,000,000 seats, PostgreSQL finds all that is asked for by an index."""

from datetime import timedelta

import pytest

from adapters.persistence.event_statements import (
    COUNT_OF_ATTENDEES,
    DETAIL,
    page_of_attendees,
)
from adapters.persistence.event_writes import LOCK_AND_LOAD, SeatChange, saving
from adapters.persistence.pages import values_of_window
from application.pages import Position, Window
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.description import EventType
from domain.events.schedule import EventStatus
from domain.events.search import Search
from tests.bench.dataset import event_id, person_id
from tests.bench.texts import IN_1_OF_100, IN_1_OF_1000, IN_ALL, IN_ONE
from tests.integration.large_load import BLOCKS, FIRST, NOW, asked, told

DAY = timedelta(days=1)
FILTERS = [
    {},
    {"attending": True},
    {"attending": False},
    {"created": True},
    {"created": False},
    {"status": EventStatus.UPCOMING},
    {"status": EventStatus.ONGOING},
    {"status": EventStatus.PAST},
    {"starts_after": NOW + 100 * DAY},
    {"starts_before": NOW - 100 * DAY},
    {"starts_after": NOW, "starts_before": NOW + DAY, "attending": False},
    {"attending": True, "status": EventStatus.UPCOMING},
    {"created": True, "status": EventStatus.PAST},
    {"created": False, "attending": False, "status": EventStatus.ONGOING},
    {"ends_after": NOW},
    {"ends_before": NOW},
    {"ends_after": NOW, "starts_before": NOW + DAY},
    {"type": EventType.WORKSHOP},
    {"creator": "P-5"},
    {"creator": "nobody"},
    {"available": True},
    *(
        {"search": Search.of(words)}
        for words in (IN_ONE, IN_1_OF_1000, "%", IN_1_OF_100, IN_ALL, "e", "nowhere")
    ),
    {"search": Search.of(IN_ONE), "status": EventStatus.UPCOMING},
    {"search": Search.of(f"{IN_ALL} e"), "status": EventStatus.UPCOMING, "attending": False},
]
BY_START = [EventSort.SOONEST_FIRST, EventSort.LATEST_FIRST]
DEEP = Window(20, after=Position(NOW + 50 * DAY, event_id(7)), is_counted=False)


@pytest.mark.parametrize("criteria", FILTERS, ids=told)
@pytest.mark.parametrize("sort", BY_START)
@pytest.mark.parametrize("window", [FIRST, DEEP], ids=["first page", "by cursor"])
def test_a_page_of_events(read_whole, blocks_of, criteria, sort, window):
    page, values = asked(EventCriteria(**criteria, sort=sort), window)

    # Who asks for seats that are left has the events read whole if these are few, which they
    # are not here.
    assert read_whole(page, values) == (["events"] if "available" in criteria else [])
    assert blocks_of(page, values) < BLOCKS


def test_an_event_and_its_attendees(read_whole, blocks_of):
    values = {"event_id": event_id(7), "viewer_id": person_id(5), **values_of_window(DEEP)}

    pages = [page_of_attendees(is_after=is_after) for is_after in (False, True)]
    for statement in (DETAIL, COUNT_OF_ATTENDEES, *pages):
        assert read_whole(statement, values) == []
        assert blocks_of(statement, values) < BLOCKS


def test_taking_a_seat_and_giving_it_back(read_whole):
    values = {
        "event_id": event_id(7),
        "attendee": person_id(5),
        "registered_at": NOW,
        "attendees_count": 3,
    }
    changed = frozenset({"attendees_count"})

    writes = [saving(changed, change) for change in SeatChange]
    for statement in [*LOCK_AND_LOAD.split(";"), *writes]:
        assert read_whole(statement, values) == []


def test_the_checks_see_what_no_index_helps(read_whole, blocks_of):
    by_title = "SELECT FROM events WHERE title = %(title)s"
    assert read_whole(by_title, {"title": "x"}) == ["events"]
    late = "SELECT * FROM events WHERE capacity = 1 ORDER BY start_time, id LIMIT 20"
    assert blocks_of(late, {}) > BLOCKS
