"""A dump of the previous release's database, and the ids and tokens that its users have."""

import json
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from tests.postgres import a_database

HERE = Path(__file__).parent
SQL = HERE / "release_0_1_0.sql"
SNAPSHOT = json.loads((HERE / "release_0_1_0.json").read_text())


def load(url):
    """Load the dump, on a separate connection because it changes session settings."""
    connection = psycopg2.connect(url.set(drivername="postgresql").render_as_string(False))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(SQL.read_text())
    finally:
        connection.close()


@contextmanager
def a_database_of_old_release(server):
    with a_database(server, migrated=False) as url:
        load(url)
        yield url


def database_settings(url):
    return {"DATABASE_URL": url.render_as_string(hide_password=False)}
