import pytest
from sqlalchemy import text
from sqlalchemy.schema import CreateTable

from adapters.postgres.citus.readiness import NOT_DISTRIBUTED
from adapters.postgres.citus.readiness import check_readiness as check_citus_readiness
from adapters.postgres.citus.tables import usernames
from adapters.postgres.engine import make_engine
from adapters.postgres.reader import Reader
from adapters.postgres.schema.migrate import migrate
from adapters.postgres.schema.version import (
    DISTRIBUTED,
    NO_DATABASE,
    NO_MIGRATIONS,
    check_readiness,
    has_all_migrations,
)
from application.errors import NotReady, Unavailable
from tests.postgres import a_database


@pytest.fixture
def engine(postgres):
    with a_database(postgres, migrated=False) as url:
        engine = make_engine(url, pool_size=1, is_autocommit=True)
        yield engine
        engine.dispose()


@pytest.fixture
def without_utf8(postgres):
    with a_database(postgres, encoding="LATIN1") as url:
        engine = make_engine(url, pool_size=1, is_autocommit=True)
        yield Reader(engine)
        engine.dispose()


@pytest.fixture
def unreachable(engine):
    return Reader(make_engine(engine.url.set(database="nowhere"), 1))


@pytest.mark.parametrize(("revision", "has_all"), [("head", True), ("0003", False), ("9999", True)])
def test_this_version_needs_all_its_migrations_and_accepts_newer_ones(engine, revision, has_all):
    migrate(engine, "head" if revision == "9999" else revision)
    if revision == "9999":
        with engine.connect() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert has_all_migrations(Reader(engine)) is has_all
    if has_all:
        check_readiness(Reader(engine))
    else:
        with pytest.raises(NotReady) as error:
            check_readiness(Reader(engine))
        assert error.value.detail == NO_MIGRATIONS


def test_an_empty_database_lacks_migrations(engine):
    with pytest.raises(NotReady) as error:
        check_readiness(Reader(engine))

    assert error.value.detail == NO_MIGRATIONS


def test_a_distributed_database_needs_another_setting(engine):
    migrate(engine)
    with engine.connect() as connection:
        connection.execute(CreateTable(usernames))

    with pytest.raises(NotReady) as error:
        check_readiness(Reader(engine))

    assert error.value.detail == DISTRIBUTED


def test_citus_is_not_ready_on_an_ordinary_postgresql(engine):
    migrate(engine)

    with pytest.raises(NotReady) as error:
        check_citus_readiness(Reader(engine))

    assert error.value.detail == NOT_DISTRIBUTED


def test_an_unreachable_database_is_named(unreachable):
    with pytest.raises(Unavailable):
        has_all_migrations(unreachable)
    with pytest.raises(NotReady) as error:
        check_readiness(unreachable)

    assert error.value.detail == NO_DATABASE


def test_a_database_without_utf8_is_named(without_utf8):
    with pytest.raises(NotReady) as error:
        check_readiness(without_utf8)

    assert error.value.detail.startswith("The encoding of the database is LATIN1, not UTF8. ")


def test_the_encoding_of_the_environment_is_ignored(engine, monkeypatch):
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    reader = Reader(
        make_engine(
            engine.url.update_query_dict({"client_encoding": "latin1"}), 1, is_autocommit=True
        )
    )

    [[text]] = reader.rows("SELECT %(text)s", {"text": "’"})

    assert text == "’"
