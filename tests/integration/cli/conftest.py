"""Commands as a person gives them, on databases of their own.

Each does what it is for in a real process at least once. What it refuses, and what a test needs
beside its matter, is asked for in this process, where it takes a tenth of the time.
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
from tests.applications import an_app, listening
from tests.postgres import a_database
from tests.processes import command, environment

TIMEOUT_S = 120
SEEDED_PEOPLE, SEEDED_EVENTS, SEEDED_SEATS = 40, 70, 5


@dataclass(frozen=True)
class Place:
    """A database, as commands and as a test reach it."""

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
def opened(postgres, *, migrated=True):
    with a_database(postgres, migrated=migrated) as url:
        engine = make_engine(url, pool_size=2, timeouts=MAINTENANCE, is_autocommit=True)
        yield Place({"DATABASE_URL": url.render_as_string(hide_password=False)}, engine)
        engine.dispose()


@pytest.fixture
def a_place(postgres):
    """Makes places, empty or migrated."""
    with ExitStack() as places:
        yield lambda **options: places.enter_context(opened(postgres, **options))


@pytest.fixture(scope="session")
def seeded(postgres, turnout):
    """A place that all share, with people, events and seats: not to be changed."""
    with opened(postgres) as place:
        amounts = "--people", SEEDED_PEOPLE, "--events", SEEDED_EVENTS, "--seats", SEEDED_SEATS
        done = turnout("seed-demo", *amounts, **place.settings)
        assert done.returncode == 0, done.stderr
        yield place, done.stdout


@pytest.fixture
def place(a_place):
    return a_place()


@pytest.fixture(scope="session")
def turnout(pytestconfig):
    """Runs a command to its end: turnout("purge", "--dry-run", DATABASE_URL=...)."""

    def run(*arguments, told=None, **settings):
        return subprocess.run(
            command(*map(str, arguments)),
            cwd=pytestconfig.rootpath,
            env=environment(**settings),
            **({"stdin": subprocess.DEVNULL} if told is None else {"input": told}),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    return run


@pytest.fixture
def here(monkeypatch, capsys):
    """Runs a command to its end in this process; what its exit means, and what it printed."""

    def run(*arguments, told="", **settings):
        capsys.readouterr()
        handlers = {number: signal.getsignal(number) for number in serve.STOP_SIGNALS}
        with monkeypatch.context() as patch:
            patch.setattr(os, "environ", environment(**settings))
            # A service that starts after all ends at once.
            patch.setattr(serve, "GUNICORN", (sys.executable, "-c", "raise SystemExit(3)"))
            patch.setattr(sys, "argv", ["turnout", *map(str, arguments)])
            patch.setattr(sys, "stdin", told and io.TextIOWrapper(io.BytesIO(told.encode())))
            try:
                with pytest.raises(SystemExit) as ended:
                    main()
            finally:
                for number, handler in handlers.items():
                    signal.signal(number, handler)
        return ended.value.code or 0, capsys.readouterr().out

    return run


@pytest.fixture
def done(here):
    """What a command prints that succeeds."""

    def run(*arguments, **settings):
        exit_code, printed = here(*arguments, **settings)
        assert exit_code == 0
        return printed

    return run


@pytest.fixture
def refused(here):
    """The one line, without its beginning, that a command is refused with."""

    def run(*arguments, **settings):
        reason, printed = here(*arguments, **settings)
        assert printed == ""
        assert reason.startswith("turnout: ")
        assert "\n" not in reason
        return reason.removeprefix("turnout: ")

    return run


@pytest.fixture
def serving_on():
    """Makes a service on a place, in this process; its base URL."""
    with ExitStack() as stack:

        def serve(place):
            app = stack.enter_context(an_app(place.engine.url, ratelimit_enabled=False))
            return stack.enter_context(listening(app))

        yield serve


@pytest.fixture(scope="session")
def root(pytestconfig):
    return pytestconfig.rootpath
