"""What those who watch over the service are told."""

import httpx
import pytest
from sqlalchemy import text

from adapters.persistence.engine import make_engine
from adapters.persistence.migrate import migrate
from adapters.persistence.waits import MAINTENANCE
from entrypoints import VERSION
from tests.e2e.problems import is_problem
from tests.e2e.processes import started
from tests.postgres import a_database

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


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


def test_without_a_database_it_lives_and_is_not_ready(root):
    with started(root, "serve", DATABASE_URL=NOWHERE, JWT_SECRET_KEY="k" * 32) as (_, base_url):
        assert httpx.get(f"{base_url}/healthz").status_code == 200
        answer = httpx.get(f"{base_url}/readyz")

    assert is_problem(answer, 503, "not_ready")
    assert answer.json()["detail"] == "The database does not answer."


@pytest.mark.parametrize("state", ["empty", "old", "newer"])
def test_the_schema_must_have_all_migrations_and_may_have_more(root, postgres, state):
    with a_database(postgres, migrated=False) as url:
        leave_in(state, url)
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
        }
        with started(root, "serve", **settings) as (_, base_url):
            answer = httpx.get(f"{base_url}/readyz")

    if state == "newer":
        assert answer.status_code == 200
    else:
        assert is_problem(answer, 503, "not_ready")
        assert answer.json()["detail"] == "The database lacks migrations of this version."


def leave_in(state, url):
    if state == "empty":
        return
    engine = make_engine(url, pool_size=1, timeouts=MAINTENANCE)
    migrate(engine, "0003" if state == "old" else "head")
    if state == "newer":
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
