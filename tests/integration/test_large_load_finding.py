"""On 100,000 events and 2,000,000 seats, each question is answered by the index made for it."""

import pytest

from adapters.persistence.event_conditions import Shape, values_of
from adapters.persistence.event_statements import count_of
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.description import EventType
from domain.events.search import Search
from tests.bench.dataset import person_id
from tests.bench.texts import IN_1_OF_100, IN_1_OF_1000, IN_ALL, IN_ONE
from tests.integration.large_load import BLOCKS, FIRST, NOW, asked, told

# What is asked, in which order, and the index that answers.
ANSWERED_BY = [
    ({}, "created_at", "events_created_at_idx"),
    ({}, "-created_at", "events_created_at_idx"),
    ({}, "title", "events_title_idx"),
    ({}, "-title", "events_title_idx"),
    ({"type": EventType.CONFERENCE}, "start_time", "events_type_idx"),
    ({"creator": "p-5"}, "start_time", "events_creator_id_idx"),
    ({"creator": "p-5"}, "start_time", "users_username_key"),
    ({"creator": "p-5"}, "title", "events_creator_id_idx"),
    ({"creator": "p-5"}, "-created_at", "events_creator_id_idx"),
    *(
        ({"search": Search.of(words)}, sort, "events_search_idx")
        for words in (IN_ONE, IN_1_OF_1000, "%", "nowhere")
        for sort in EventSort
    ),
    ({"search": Search.of(IN_ALL)}, "title", "events_title_idx"),
    ({"search": Search.of(IN_ALL)}, "-created_at", "events_created_at_idx"),
]


@pytest.mark.parametrize(("criteria", "sort", "index"), ANSWERED_BY, ids=told)
def test_each_question_has_its_index(indexes_of, blocks_of, criteria, sort, index):
    page, values = asked(EventCriteria(**criteria, sort=EventSort(sort)), FIRST)

    assert index in indexes_of(page, values)
    assert blocks_of(page, values) < BLOCKS


@pytest.mark.parametrize("words", [IN_ONE, IN_1_OF_1000, IN_1_OF_100, IN_ALL, "e"])
def test_a_search_is_counted_by_its_index(indexes_of, read_whole, words):
    criteria = EventCriteria(search=Search.of(words))
    values = values_of(criteria, person_id(5), NOW)

    assert indexes_of(count_of(Shape.of(criteria)), values) == {"events_search_idx"}
    assert read_whole(count_of(Shape.of(criteria)), values) == []
