"""Commands as a person gives them: real processes, on databases of their own."""

import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from adapters.persistence.engine import make_engine
from adapters.persistence.unit_of_work import PostgresUnitOfWorkFactory
from adapters.persistence.waits import PATIENT
from tests.e2e.processes import command, environment
from tests.postgres import a_database

TIMEOUT_S = 120


@dataclass(frozen=True)
class Place:
    """A database, as commands and as a test reach it."""

    settings: dict[str, str]
    engine: object

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
        engine = make_engine(url, pool_size=2, waits=PATIENT, is_autocommit=True)
        yield Place({"DATABASE_URL": url.render_as_string(hide_password=False)}, engine)
        engine.dispose()


@pytest.fixture
def a_place(postgres):
    """Makes places, empty or migrated."""
    with ExitStack() as places:
        yield lambda **options: places.enter_context(opened(postgres, **options))


@pytest.fixture(scope="module")
def seeded(postgres, turnout):
    """A place that a module shares, with people, events and seats: not to be changed."""
    with opened(postgres) as place:
        done = turnout("seed-demo", "--people", 120, "--events", 100, **place.settings)
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
def refused(turnout):
    """The one line, without its beginning, that a command is refused with."""

    def run(*arguments, **settings):
        done = turnout(*arguments, **settings)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr.removesuffix("\n").removeprefix("turnout: ")

    return run


@pytest.fixture(scope="session")
def root(pytestconfig):
    return pytestconfig.rootpath
