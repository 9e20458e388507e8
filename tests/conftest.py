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
def database(postgres):
    """The URL of a migrated database, shared by the session."""
    from tests.postgres import a_database

    with a_database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def engine(database):
    from adapters.postgres.engine import make_engine

    engine = make_engine(database, pool_size=24, is_autocommit=True)
    yield engine
    engine.dispose()


@pytest.fixture
def empty_database(engine):
    """The shared database without rows."""
    from sqlalchemy import text

    with engine.begin() as connection:
        # For few rows, DELETE takes a twentieth of the time of TRUNCATE.
        for table in (
            *("attendances", "events", "users", "password_attempts"),
            *("outbox", "webhook_deliveries"),
        ):
            # Deleting users cascades.
            connection.execute(text(f"DELETE FROM {table}"))
    return engine


@pytest.fixture
def messages():
    """The messages to the database, as bytes, one per round trip."""
    from tests.postgres import recorded_messages

    with recorded_messages() as sent:
        yield sent
