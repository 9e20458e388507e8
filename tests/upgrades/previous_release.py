"""What the release before left: its schema with data in it, and what people know who were there."""

import json
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from tests.postgres import a_database

HERE = Path(__file__).parent
SQL = HERE / "release_0_1_0.sql"
STORY = json.loads((HERE / "release_0_1_0.json").read_text())


def load(url):
    """The dump, on a connection of its own: it leaves settings behind."""
    connection = psycopg2.connect(url.set(drivername="postgresql").render_as_string(False))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(SQL.read_text())
    finally:
        connection.close()


@contextmanager
def a_database_of_before(server):
    with a_database(server, migrated=False) as url:
        load(url)
        yield url


def environment_of(url):
    return {"DATABASE_URL": url.render_as_string(hide_password=False)}
