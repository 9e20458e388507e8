"""Commands, each on its own database.

Each command runs in a real process at least once. Errors and test setup run in this process,
which takes a tenth of the time.
"""

import io
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, text

from adapters.postgres.engine import make_engine
from adapters.postgres.timeouts import MAINTENANCE
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from entrypoints.cli import serve
from entrypoints.cli.__main__ import main
from tests.applications import an_app, live_server
from tests.postgres import a_database
from tests.processes import command, environment

TIMEOUT_S = 120
SEEDED_PEOPLE, SEEDED_EVENTS, SEEDED_SEATS = 40, 70, 5


@dataclass(frozen=True)
class CliDatabase:
    """A database, with the settings for commands and an engine for tests."""

    settings: dict[str, str]
    engine: Engine

    def rows(self, statement, **values):
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def run(self, *statements):
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def new_work(self):
        return PostgresUnitOfWorkFactory(self.engine)()


@contextmanager
def open_database(postgres, **options):
    with a_database(postgres, **options) as url:
        engine = make_engine(
            url, pool_size=2, timeouts=MAINTENANCE, is_autocommit=True, is_any_encoding=True
        )
        yield CliDatabase({"DATABASE_URL": url.render_as_string(hide_password=False)}, engine)
        engine.dispose()


@pytest.fixture
def make_database(postgres):
    """Makes databases, empty or migrated."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(open_database(postgres, **options))


@pytest.fixture(scope="session")
def seeded_db(postgres, run_command):
    """A shared database with users, events and seats; read-only."""
    with open_database(postgres) as db:
        options = "--people", SEEDED_PEOPLE, "--events", SEEDED_EVENTS, "--seats", SEEDED_SEATS
        result = run_command("seed-demo", *options, **db.settings)
        assert result.returncode == 0, result.stderr
        yield db, result.stdout


@pytest.fixture
def db(make_database):
    return make_database()


@pytest.fixture(scope="session")
def run_command(pytestconfig):
    """Runs a command in a process: run_command("purge", "--dry-run", DATABASE_URL=...)."""

    def run(*arguments, stdin=None, **settings):
        return subprocess.run(
            command(*map(str, arguments)),
            cwd=pytestconfig.rootpath,
            env=environment(**settings),
            **({"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    return run


@pytest.fixture
def run_in_process(monkeypatch, capsys):
    """Runs a command in this process; returns its exit code or error, and its output."""

    def run(*arguments, stdin="", **settings):
        capsys.readouterr()
        handlers = {number: signal.getsignal(number) for number in serve.STOP_SIGNALS}
        with monkeypatch.context() as patch:
            patch.setattr(os, "environ", environment(**settings))
            # If gunicorn is started unexpectedly, it exits at once.
            patch.setattr(serve, "GUNICORN", (sys.executable, "-c", "raise SystemExit(3)"))
            patch.setattr(sys, "argv", ["turnout", *map(str, arguments)])
            patch.setattr(sys, "stdin", stdin and io.TextIOWrapper(io.BytesIO(stdin.encode())))
            try:
                with pytest.raises(SystemExit) as exc_info:
                    main()
            finally:
                for number, handler in handlers.items():
                    signal.signal(number, handler)
        return exc_info.value.code or 0, capsys.readouterr().out

    return run


@pytest.fixture
def output_of(run_in_process):
    """Runs a command that must succeed; returns its output."""

    def run(*arguments, **settings):
        exit_code, output = run_in_process(*arguments, **settings)
        assert exit_code == 0
        return output

    return run


@pytest.fixture
def error_of(run_in_process):
    """Runs a command that must fail; returns its one-line error without the prefix."""

    def run(*arguments, **settings):
        error, output = run_in_process(*arguments, **settings)
        assert output == ""
        assert error.startswith("turnout: ")
        assert "\n" not in error
        return error.removeprefix("turnout: ")

    return run


@pytest.fixture
def serve_database():
    """Starts a service on a database, in this process; returns its base URL."""
    with ExitStack() as stack:

        def start(db):
            app = stack.enter_context(an_app(db.engine.url, ratelimit_enabled=False))
            return stack.enter_context(live_server(app))

        yield start


@pytest.fixture(scope="session")
def root(pytestconfig):
    return pytestconfig.rootpath
