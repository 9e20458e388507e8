"""Fixtures. They import what they need when used, so that tests/unit starts at once."""

import hypothesis
import pytest
import structlog

# Need a browser, nginx, a pooler: collected only where they are named, as by make test-browser.
collect_ignore = ["browser", "proxy", "scale"]


class FailuresAtOnce:
    """Prints each failure when it happens, not only at the end of the run."""

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
        config.pluginmanager.register(FailuresAtOnce(terminal))


# Until a test configures logging, request logs go nowhere.
structlog.configure(processors=[], logger_factory=structlog.ReturnLoggerFactory())
# No test fails because the machine is slow.
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
    """The URL of a migrated database that the session shares."""
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
    """The shared database without a row."""
    from sqlalchemy import text

    with engine.begin() as connection:
        # Of few rows this takes a twentieth of the time of TRUNCATE.
        for table in ("attendances", "events", "users"):  # the rest goes with the users
            connection.execute(text(f"DELETE FROM {table}"))
    return engine
