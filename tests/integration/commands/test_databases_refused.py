"""Databases that a command can't work on, and roles that may not."""

from secrets import token_hex

import pytest

from tests.integration.commands.conftest import opened

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def bare(postgres):
    """A place without a table."""
    with opened(postgres, migrated=False) as place:
        yield place


@pytest.mark.parametrize(
    "arguments",
    [("create-user", "ada", "--password-stdin"), ("purge",), ("seed-demo", "--people", "1")],
)
def test_a_database_without_migrations_is_refused_in_one_line(refused, bare, arguments):
    said = refused(*arguments, told=PASSWORD, **bare.settings)

    assert said.startswith("the database is missing migrations of this version: ")


def test_a_database_without_tables_is_not_verified(refused, bare):
    said = refused("verify-data", **bare.settings)

    assert (
        said == 'DATABASE_URL: the database is missing migrations: relation "events" does not exist'
    )


@pytest.fixture
def stranger(place):
    """Settings for a role that may do nothing there."""
    name = f"stranger_{token_hex(4)}"
    place.run(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    url = place.engine.url.set(username=name, password=PASSWORD)
    yield {"DATABASE_URL": url.render_as_string(hide_password=False)}
    place.run(f"DROP ROLE {name}")


@pytest.mark.parametrize(
    "arguments", [("create-user", "ada", "--password-stdin"), ("purge",), ("verify-data",)]
)
def test_a_role_without_rights_is_refused_in_one_line(refused, stranger, arguments):
    said = refused(*arguments, told=PASSWORD, **stranger)

    assert said.startswith("DATABASE_URL: permission denied for table ")
