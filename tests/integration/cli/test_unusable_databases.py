"""Databases without migrations or UTF-8, and roles without privileges."""

import re
from secrets import token_hex

import pytest

from adapters.postgres.schema.migrate import migrate
from tests.integration.cli.conftest import open_database

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def empty_db(postgres):
    """A database without tables."""
    with open_database(postgres, migrated=False) as db:
        yield db


@pytest.mark.parametrize(
    "arguments",
    [
        ("create-user", "ada", "--password-stdin"),
        ("purge",),
        ("seed-demo", "--people", "1"),
        ("worker",),
    ],
)
def test_a_database_without_migrations_is_rejected_in_one_line(error_of, empty_db, arguments):
    error = error_of(*arguments, stdin=PASSWORD, **empty_db.settings)

    assert error.startswith("the database is missing migrations of this version: ")


def test_a_database_without_tables_cannot_be_verified(error_of, empty_db):
    error = error_of("verify-data", **empty_db.settings)

    assert (
        error
        == 'DATABASE_URL: the database is missing migrations: relation "events" does not exist'
    )


@pytest.fixture
def unprivileged_role(db):
    """Settings with a role that has no privileges."""
    name = f"stranger_{token_hex(4)}"
    db.run(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    url = db.engine.url.set(username=name, password=PASSWORD)
    yield {"DATABASE_URL": url.render_as_string(hide_password=False)}
    db.run(f"DROP ROLE {name}")


@pytest.mark.parametrize(
    "arguments",
    [("create-user", "ada", "--password-stdin"), ("purge",), ("verify-data",), ("worker",)],
)
def test_a_role_without_privileges_is_rejected_in_one_line(error_of, unprivileged_role, arguments):
    error = error_of(*arguments, stdin=PASSWORD, **unprivileged_role)

    assert error.startswith("DATABASE_URL: permission denied for table ")


@pytest.fixture(params=["LATIN1", "SQL_ASCII"])
def without_utf8(request, make_database):
    """A database with another encoding. Earlier releases could migrate such databases."""
    db = make_database(encoding=request.param)
    migrate(db.engine)
    return db, request.param


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve",),
        ("serve", "--migrate"),
        ("run",),
        ("migrate",),
        ("create-user", "ada", "--password-stdin"),
        ("purge",),
        ("seed-demo", "--people", "1"),
        ("verify-data",),
        ("worker",),
    ],
    ids=" ".join,
)
def test_a_database_without_utf8_is_rejected_in_one_line(error_of, without_utf8, arguments):
    db, encoding = without_utf8
    settings = db.settings | {"JWT_SECRET_KEY": "k" * 32}

    error = error_of(*arguments, stdin=PASSWORD, **settings)

    assert error.startswith(f"DATABASE_URL: The encoding of the database is {encoding}, not ")


def test_the_advice_creates_a_database_that_can_be_restored_into(
    db, without_utf8, error_of, output_of, tmp_path
):
    other, _ = without_utf8
    file = tmp_path / "turnout.dump"
    other.run(
        "INSERT INTO users (id, username, password_hash, created_at)"
        f" VALUES (gen_random_uuid(), 'ada', '{PASSWORD}', now())"
    )
    [advice] = re.findall("CREATE DATABASE .*", error_of("migrate", **other.settings))
    name = f"turnout_test_{token_hex(6)}"
    db.run(advice.replace("turnout", name))
    url = db.engine.url.set(database=name).render_as_string(hide_password=False)
    try:
        output_of("backup", file, **other.settings)

        assert "The encoding of the database is" in error_of("restore", file, **other.settings)
        output = output_of("restore", file, DATABASE_URL=url)
        assert output.endswith("\n0 events, 0 seats: 0 differ.\n")
    finally:
        db.run(f"DROP DATABASE {name}")
