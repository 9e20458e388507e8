"""A linter that knows PostgreSQL's locks reads what the migrations say to the server."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event

from adapters.postgres.schema.migrate import migrate

SQUAWK = Path(sys.executable).with_name("squawk")
OTHERWISE = {
    "require-statement-timeout": "a build may take long: it is in nobody's way",
    "prefer-bigint-over-int": "nothing here is counted to two thousand millions",
    "prefer-robust-stmts": "outside of transactions are the steps of online.py alone",
}


def squawk(sql):
    """What it says; nothing if all is well."""
    options = ["--pg-version=15", "--reporter=gcc", f"--exclude={','.join(OTHERWISE)}"]
    return subprocess.run(
        [SQUAWK, *options], input=sql, capture_output=True, text=True, check=False
    ).stdout


@pytest.fixture
def said(before, onlooker):
    """The statements of all migrations since 0.1.0, with what begins and ends transactions."""
    statements = []
    is_open = False

    @event.listens_for(onlooker, "before_cursor_execute")
    def record(connection, _cursor, statement, values, *_):
        nonlocal is_open
        if values:
            return  # a question of ours or of Alembic's: no change of the schema has any
        if not is_open and not connection.connection.driver_connection.autocommit:
            statements.append("BEGIN")
            is_open = True
        statements.append(statement)

    @event.listens_for(onlooker, "commit")
    @event.listens_for(onlooker, "rollback")
    def end(_connection):
        nonlocal is_open
        if is_open:
            statements.append("COMMIT")
            is_open = False

    migrate(onlooker)
    return ";\n".join(statements) + ";\n"


def test_no_migration_since_0_1_0_stops_a_running_service(said):
    assert "CREATE INDEX CONCURRENTLY IF NOT EXISTS sessions_expires_at_idx" in said
    assert squawk(said) == ""


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("CREATE INDEX i ON events (title)", "require-concurrent-index-creation"),
        ("ALTER TABLE events DROP COLUMN title", "ban-drop-column"),
        ("ALTER TABLE events RENAME COLUMN title TO name", "renaming-column"),
        ("ALTER TABLE events ADD COLUMN place text NOT NULL", "adding-required-field"),
        (
            "ALTER TABLE events ADD CONSTRAINT c CHECK (capacity > 1)",
            "constraint-missing-not-valid",
        ),
    ],
)
def test_what_would_stop_it_is_found(statement, rule):
    assert rule in squawk(f"SET lock_timeout = '250ms';\n{statement};\n")
