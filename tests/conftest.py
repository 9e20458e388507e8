"""Shared fixtures. They import inside functions so that tests/unit starts quickly."""

import hypothesis
import pytest
import structlog

# These need Chromium, nginx or PgBouncer; `make test-browser` and others name them explicitly.
collect_ignore = ["browser", "proxy", "scale"]


class InstantFailures:
    """Prints each failure when it happens."""

    def __init__(self, terminal):
        self._terminal = terminal

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self._terminal.write_line("")
            self._terminal.write_sep("_", f"{report.nodeid} ({report.when})", red=True)
            self._terminal.write_line(report.longreprtext)


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    if terminal := config.pluginmanager.get_plugin("terminalreporter"):
        config.pluginmanager.register(InstantFailures(terminal))


# Discard request logs unless a test configures logging.
structlog.configure(processors=[], logger_factory=structlog.ReturnLoggerFactory())
# Slow machines must not fail tests.
hypothesis.settings.register_profile("turnout", deadline=None)
hypothesis.settings.load_profile("turnout")


@pytest.fixture(scope="session")
def postgres():
    """The URL of a PostgreSQL server."""
    from tests.postgres import a_server

    with a_server(is_durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def is_citus():
    """Whether `make test-citus` runs the tests."""
    from entrypoints.settings import CITUS, read_database_type

    return read_database_type() == CITUS


@pytest.fixture(scope="session")
def database(request, is_citus):
    """The URL of a migrated database, shared by the session."""
    return request.getfixturevalue("citus_database" if is_citus else "postgresql_database")


@pytest.fixture(scope="session")
def postgresql_database(postgres):
    from tests.postgres import a_database

    with a_database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def citus_database():
    """The URL of an empty, migrated and distributed database."""
    from tests.citus_database import citus_url, distributed_database

    with distributed_database(citus_url()) as url:
        yield url


@pytest.fixture(scope="session")
def engine(database, is_citus):
    from adapters.postgres.engine import make_engine

    engine = make_engine(database, pool_size=24, is_autocommit=True, is_citus=is_citus)
    yield engine
    engine.dispose()


@pytest.fixture
def empty_database(engine):
    """The shared database without rows."""
    from tests.postgres import delete_rows

    delete_rows(engine)
    return engine


@pytest.fixture
def messages():
    """The messages to the database, as bytes, one per round trip."""
    from tests.postgres import recorded_messages

    with recorded_messages() as sent:
        yield sent
