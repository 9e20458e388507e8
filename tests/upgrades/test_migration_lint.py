"""squawk, which knows PostgreSQL's locks, checks the statements of the migrations."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event

from adapters.postgres.schema.migrate import migrate

SQUAWK = Path(sys.executable).with_name("squawk")
EXCLUDED = {
    "require-statement-timeout": "a concurrent build may take long and blocks nobody",
    "prefer-bigint-over-int": "no number here exceeds two billion",
    "prefer-robust-stmts": "only the steps of online_ddl.py run outside a transaction",
    "ban-drop-function": "the dropped functions belong to triggers; clients do not call them",
}


def squawk(sql):
    """Its output: empty if it finds nothing."""
    options = ["--pg-version=15", "--reporter=gcc", f"--exclude={','.join(EXCLUDED)}"]
    return subprocess.run(
        [SQUAWK, *options], input=sql, capture_output=True, text=True, check=False
    ).stdout


@pytest.fixture
def statements_sent(old_database, engine):
    """The statements of all migrations since 0.1.0, with BEGIN and COMMIT."""
    statements = []
    is_open = False

    @event.listens_for(engine, "before_cursor_execute")
    def record(connection, _cursor, statement, values, *_):
        nonlocal is_open
        if values:
            return  # a query: no schema change has parameters
        if not is_open and not connection.connection.driver_connection.autocommit:
            statements.append("BEGIN")
            is_open = True
        statements.append(statement)

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    def end(_connection):
        nonlocal is_open
        if is_open:
            statements.append("COMMIT")
            is_open = False

    migrate(engine)
    return ";\n".join(statements) + ";\n"


def test_no_migration_since_0_1_0_blocks_a_running_service(statements_sent):
    assert "CREATE INDEX CONCURRENTLY IF NOT EXISTS sessions_expires_at_idx" in statements_sent
    assert squawk(statements_sent) == ""


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
def test_a_blocking_statement_is_found(statement, rule):
    assert rule in squawk(f"SET lock_timeout = '250ms';\n{statement};\n")
