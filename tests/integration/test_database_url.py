"""Database URLs in the forms that libpq accepts."""

import pytest
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2

from entrypoints.settings.environment import parse_database_url


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("postgresql://ada@one:6432,two:7432/turnout", "one,two", "6432,7432"),
        ("postgresql://ada@one,two/turnout", "one,two", "5432,5432"),
        ("postgresql://ada@one,two/turnout?port=6432", "one,two", "6432,6432"),
        ("postgres://ada@/turnout?host=/run/postgresql", "/run/postgresql", "5432"),
        ("postgresql+psycopg2://ada@[::1]:6432/turnout", "::1", 6432),
    ],
)
def test_a_database_url_may_name_several_hosts(text, host, port):
    url = parse_database_url(text, "DATABASE_URL")
    _, arguments = PGDialect_psycopg2().create_connect_args(url)

    assert (arguments["host"], arguments["port"]) == (host, port)
    assert (arguments["user"], arguments["dbname"]) == ("ada", "turnout")


def test_a_password_survives_parsing_and_rendering():
    url = parse_database_url("postgresql://ada:a%40b%2Fc@one/turnout", "DATABASE_URL")

    assert url.password == "a@b/c"
    assert parse_database_url(url.render_as_string(hide_password=False), "DATABASE_URL") == url
