"""A list that no index has in order is bounded by the statement timeout."""

import pytest
from sqlalchemy import text

from adapters.postgres.citus.event_queries import CitusEventQueries
from adapters.postgres.engine import make_engine
from adapters.postgres.reader import Reader
from adapters.postgres.timeouts import Timeouts
from application.caller import Caller
from application.errors import Unavailable
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, EventSort, TooManyMatches
from tests.builders import NOON, a_user

# The lock below must not end the wait.
TIMEOUTS = Timeouts(lock=0, statement=0.2)


@pytest.fixture
def find(distributed, engine):
    """Finds events while the table is locked, so that each list takes too long."""
    impatient = make_engine(
        distributed, pool_size=1, timeouts=TIMEOUTS, is_autocommit=True, is_citus=True
    )
    queries, viewer = CitusEventQueries(Reader(impatient)), Caller(a_user().id)
    with engine.connect() as connection:
        connection.execute(text("LOCK TABLE events"))
        yield lambda **criteria: queries.find(
            EventCriteria(**criteria), PageRequest(limit=1), viewer, NOON
        )
    impatient.dispose()


@pytest.mark.parametrize(
    "criteria", [{"available": True}, {"sort": EventSort.BY_TITLE, "creator": "ada"}], ids=str
)
def test_without_an_index_it_has_too_many_matches(find, criteria):
    with pytest.raises(TooManyMatches):
        find(**criteria)


def test_with_an_index_the_database_is_too_slow(find):
    with pytest.raises(Unavailable):
        find(status=None)
