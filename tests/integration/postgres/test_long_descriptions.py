"""Searching events with descriptions of maximum length."""

import re

import pytest
from sqlalchemy import create_engine, insert

from adapters.postgres.accounts.mappers import user_to_row
from adapters.postgres.engine import make_engine
from adapters.postgres.events.mappers import event_to_row
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import events, users
from application.ports.event_queries import EventCriteria
from domain.events.description import DESCRIPTION_MAX_LENGTH, Description
from domain.events.search import Search
from tests.builders import HOUR, NOON, a_user, an_event
from tests.integration.postgres.event_pages import FIRST, page_statement
from tests.postgres import a_database

EVENTS = 400
# Together 500,000 characters.
MAX_ROWS_FILTERED = 50


def text_of(number):
    search = " ".join(f"w{(number * 7 + n) % 997}x" for n in range(2_000))
    return Description(f"community {search}"[:DESCRIPTION_MAX_LENGTH])


@pytest.fixture(scope="module")
def reader(postgres):
    with a_database(postgres) as url:
        creator = a_user()
        rows = [
            event_to_row(
                an_event(
                    creator_id=creator.id,
                    description=text_of(number),
                    start_time=NOON + number * HOUR,
                )
            )
            for number in range(EVENTS)
        ]
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(insert(users).values(user_to_row(creator)))
            connection.execute(insert(events), rows)
        engine.dispose()
        engine = make_engine(url, pool_size=1, is_autocommit=True)
        yield Reader(engine)
        engine.dispose()


@pytest.mark.parametrize("search", ["community nowhere", "ommunity", "nowhere", "%"])
def test_a_search_reads_few_texts_and_uses_the_index(reader, search):
    page, values = page_statement(EventCriteria(search=Search.of(search)), FIRST)
    plan = "\n".join(line for [line] in reader.rows(f"EXPLAIN (ANALYZE) {page}", values))

    assert re.search(r"Bitmap Index Scan on events_search_idx .*actual", plan)
    [removed] = re.findall(r"CTE Scan on short .*\n.*\n *Rows Removed by Filter: (\d+)", plan)
    assert int(removed) <= MAX_ROWS_FILTERED
