"""Whether the store's sessions have their bounds, in memory and in PostgreSQL."""

import pytest
from sqlalchemy import text

from adapters.persistence.engine import make_engine
from adapters.persistence.reader import Reader
from adapters.persistence.role_settings import leave_to_server
from adapters.persistence.session_bounds import session_settings
from adapters.persistence.store_sessions import PostgresSessions
from adapters.persistence.waits import PATIENT, Waits
from application.errors import Unavailable
from tests.fakes.memory_sessions import MemorySessions
from tests.postgres import a_database

UNSET = "lock_timeout is 0, not 1000"


@pytest.fixture
def database_of_its_own(postgres):
    with a_database(postgres, migrated=False) as url:
        yield url


@pytest.fixture(params=["memory", "postgres"])
def sessions(request):
    """Makes them, as a server would that was told: all, all but one thing; or they are away."""

    def make(state):
        if request.param == "memory":
            return MemorySessions(state == "away", (UNSET,) if state == "one lacks" else ())
        url = request.getfixturevalue("database_of_its_own")
        patient = make_engine(url, pool_size=1, waits=PATIENT)
        leave_to_server(patient, None, session_settings(Waits()))
        if state == "one lacks":
            with patient.begin() as connection:
                forget = f"ALTER ROLE CURRENT_USER IN DATABASE {url.database} RESET lock_timeout"
                connection.execute(text(forget))
        patient.dispose()
        url = url.set(database="nowhere") if state == "away" else url
        engine = make_engine(url, pool_size=1, is_autocommit=True, is_pooled=True)
        request.addfinalizer(engine.dispose)
        return PostgresSessions(Reader(engine), Waits())

    return make


def test_bounds_that_hold_leave_nothing_to_tell(sessions):
    assert list(sessions("bounded").lacking()) == []


def test_a_bound_that_lacks_is_told(sessions):
    assert list(sessions("one lacks").lacking()) == [UNSET]


def test_sessions_that_are_away_say_so(sessions):
    with pytest.raises(Unavailable):
        sessions("away").lacking()
