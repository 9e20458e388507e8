"""What those who watch over the service are told."""

from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from adapters.postgres.engine import make_engine
from adapters.postgres.schema.migrate import migrate
from adapters.postgres.timeouts import MAINTENANCE
from entrypoints import VERSION
from tests.applications import an_app
from tests.e2e.problems import is_problem
from tests.postgres import a_database

NOWHERE = make_url("postgresql+psycopg2://nobody@127.0.0.1:1/nothing")


def test_the_process_tells_its_version(visitor):
    answer = visitor.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": VERSION}
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_document_has_the_same_version(visitor):
    assert visitor.get("/api/schema/").json()["info"]["version"] == VERSION


def test_a_service_with_its_database_is_ready(visitor):
    answer = visitor.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ready"}


def test_without_a_database_it_lives_and_is_not_ready():
    with a_visitor(NOWHERE) as visitor:
        assert visitor.get("/healthz").status_code == 200
        answer = visitor.get("/readyz")

    assert is_problem(answer, 503, "not_ready")
    assert answer.json()["detail"] == "The database does not respond."


@pytest.mark.parametrize("state", ["empty", "old", "newer"])
def test_the_schema_must_have_all_migrations_and_may_have_more(postgres, state):
    with a_database(postgres, migrated=False) as url:
        leave_in(state, url)
        with a_visitor(url) as visitor:
            answer = visitor.get("/readyz")

    if state == "newer":
        assert answer.status_code == 200
    else:
        assert is_problem(answer, 503, "not_ready")
        assert answer.json()["detail"] == "The database is missing migrations of this version."


@contextmanager
def a_visitor(database_url):
    with (
        an_app(database_url) as app,
        httpx.Client(transport=httpx.WSGITransport(app), base_url="http://localhost") as visitor,
    ):
        yield visitor


def leave_in(state, url):
    if state == "empty":
        return
    engine = make_engine(url, pool_size=1, timeouts=MAINTENANCE)
    migrate(engine, "0003" if state == "old" else "head")
    if state == "newer":
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
