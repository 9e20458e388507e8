from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text

from adapters.postgres.engine import make_engine
from adapters.postgres.schema.migrate import downgrade, migrate
from adapters.postgres.schema.tables import metadata
from adapters.postgres.schema.version import NEWEST
from adapters.postgres.timeouts import MAINTENANCE, LocksHeld
from tests.postgres import a_database
from tests.schemas import schema_of


@pytest.fixture
def empty(postgres):
    with a_database(postgres, migrated=False) as url:
        engine = make_engine(url, pool_size=4, timeouts=MAINTENANCE)
        yield engine
        engine.dispose()


def test_readiness_requires_the_newest_migration(empty):
    migrate(empty)

    with empty.connect() as connection:
        newest = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert newest == NEWEST


def test_migrations_can_be_reverted_and_repeated(empty):
    migrate(empty)
    first = schema_of(empty)
    functions = {
        "require_live_session",
        "keep_previous_refresh_token",
        "remove_outdated_terms",
        "check_new_seat",
        "waitlist_position",
        "events_waited_for",
    }
    assert {row[1] for row in first} == {*metadata.tables, *functions}

    downgrade(empty, "base")
    assert schema_of(empty) == set()

    migrate(empty)
    assert schema_of(empty) == first


def test_completed_migrations_remain_when_the_next_one_fails(empty):
    migrate(empty, "0001")
    with empty.connect() as reader:
        reader.execute(
            text("SELECT count(*) FROM events")
        )  # only migration 0004 conflicts with this
        with pytest.raises(LocksHeld):
            migrate(empty, timeout_s=0)

    with empty.connect() as connection:
        versions = connection.execute(text("SELECT version_num FROM alembic_version"))
        assert versions.scalar_one() == "0003"


def test_migrations_create_the_declared_tables(empty, postgres):
    migrate(empty)
    with a_database(postgres, migrated=False) as url:
        declared = create_engine(url)
        metadata.create_all(declared)

        assert schema_of(empty) == schema_of(declared)
        declared.dispose()


def test_accounts_and_sessions_survive_migration_0002_and_its_reversal(empty):
    migrate(empty, "0001")
    with empty.begin() as connection:
        for name in ("ada", "grace"):
            connection.execute(
                text("""
                    WITH person AS (
                        INSERT INTO users (id, username, password_hash, created_at)
                        VALUES (gen_random_uuid(), :name, 'hash', '2026-01-01Z') RETURNING id
                    )
                    INSERT INTO sessions (id, user_id, refresh_token_hash, created_at,
                                          last_used_at, expires_at)
                    SELECT gen_random_uuid(), id, '', '2026-01-01Z', '2026-01-01Z', '2026-01-02Z'
                    FROM person
                """),
                {"name": name},
            )

    migrate(empty, "0002")
    with empty.begin() as connection:
        ends = connection.execute(text("SELECT ends_at FROM sessions")).scalars().all()
        assert ends == [datetime(2026, 1, 31, tzinfo=UTC)] * 2
        connection.execute(
            text("UPDATE users SET username = NULL, password_hash = NULL WHERE username = 'ada'")
        )

    downgrade(empty, "0001")
    with empty.connect() as connection:
        names = connection.execute(text("SELECT username FROM users ORDER BY username"))
        deleted, grace = names.scalars()
        assert (deleted[:8], grace) == ("deleted-", "grace")
    migrate(empty, "0002")
