"""The schema's state, in memory and in PostgreSQL."""

import pytest
from sqlalchemy import text

from adapters.postgres.engine import make_engine
from adapters.postgres.reader import Reader
from adapters.postgres.schema.migrate import migrate
from adapters.postgres.schema.version import PostgresSchema
from application.errors import Unavailable
from tests.fakes.memory_schema import MemorySchema
from tests.postgres import a_database


@pytest.fixture
def engine(postgres):
    with a_database(postgres, migrated=False) as url:
        engine = make_engine(url, pool_size=1, is_autocommit=True)
        yield engine
        engine.dispose()


@pytest.fixture(params=["memory", "postgres"])
def schema(request):
    """Makes one: up to date, behind, ahead of this version, or away."""

    def make(state):
        if request.param == "memory":
            return MemorySchema(is_away=state == "away", is_behind=state == "behind")
        engine = request.getfixturevalue("engine")
        if state == "away":
            engine.dispose()
            return PostgresSchema(Reader(make_engine(engine.url.set(database="nowhere"), 1)))
        migrate(engine, "0003" if state == "behind" else "head")
        if state == "ahead":
            with engine.connect() as connection:
                connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        return PostgresSchema(Reader(engine))

    return make


@pytest.mark.parametrize(
    ("state", "has_all"), [("current", True), ("behind", False), ("ahead", True)]
)
def test_it_tells_whether_this_version_can_work_on_it(schema, state, has_all):
    assert schema(state).has_all_migrations() is has_all


def test_a_store_that_is_away_says_so(schema):
    with pytest.raises(Unavailable):
        schema("away").has_all_migrations()
