"""The health and readiness endpoints."""

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

UNREACHABLE = make_url("postgresql+psycopg2://nobody@127.0.0.1:1/nothing")


def test_healthz_returns_the_version(visitor):
    response = visitor.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "version": VERSION}
    assert response.headers["Cache-Control"] == "no-store"


def test_the_document_has_the_same_version(visitor):
    assert visitor.get("/api/schema/").json()["info"]["version"] == VERSION


def test_the_service_is_ready_with_its_database(visitor):
    response = visitor.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ready"}


def test_without_a_database_the_service_is_healthy_but_not_ready(caplog):
    with a_visitor(UNREACHABLE) as visitor:
        assert visitor.get("/healthz").status_code == 200
        response = visitor.get("/readyz")

    assert is_problem(response, 503, "not_ready")
    assert response.json()["detail"] == "The database does not respond."
    [warning] = [each for each in caplog.records if each.name == "turnout.unavailable"]
    assert (warning.levelname, warning.getMessage()[:9]) == ("WARNING", "not_ready")


@pytest.mark.parametrize("state", ["empty", "old", "newer"])
def test_readiness_requires_all_migrations_and_allows_newer_ones(postgres, state):
    with a_database(postgres, migrated=False) as url:
        set_schema(state, url)
        with a_visitor(url) as visitor:
            response = visitor.get("/readyz")

    if state == "newer":
        assert response.status_code == 200
    else:
        assert is_problem(response, 503, "not_ready")
        assert response.json()["detail"] == "The database is missing migrations of this version."


@contextmanager
def a_visitor(database_url):
    with (
        an_app(database_url) as app,
        httpx.Client(transport=httpx.WSGITransport(app), base_url="http://localhost") as visitor,
    ):
        yield visitor


def set_schema(state, url):
    if state == "empty":
        return
    engine = make_engine(url, pool_size=1, timeouts=MAINTENANCE)
    migrate(engine, "0003" if state == "old" else "head")
    if state == "newer":
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
