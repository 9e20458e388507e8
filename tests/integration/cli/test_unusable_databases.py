"""Databases without migrations, and roles without privileges."""

from secrets import token_hex

import pytest

from tests.integration.cli.conftest import open_database

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def empty_db(postgres):
    """A database without tables."""
    with open_database(postgres, migrated=False) as db:
        yield db


@pytest.mark.parametrize(
    "arguments",
    [("create-user", "ada", "--password-stdin"), ("purge",), ("seed-demo", "--people", "1")],
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
    "arguments", [("create-user", "ada", "--password-stdin"), ("purge",), ("verify-data",)]
)
def test_a_role_without_privileges_is_rejected_in_one_line(error_of, unprivileged_role, arguments):
    error = error_of(*arguments, stdin=PASSWORD, **unprivileged_role)

    assert error.startswith("DATABASE_URL: permission denied for table ")
