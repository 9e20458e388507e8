"""Which pg_dump and pg_restore are used for a server."""

import pytest

from entrypoints.cli import postgres_programs
from entrypoints.settings import SettingsError


@pytest.fixture
def installed(monkeypatch):
    """Sets the releases of the installed programs."""

    def set_releases(*releases):
        programs = {
            release: (f"/{release}/pg_dump", f"/{release}/pg_restore") for release in releases
        }
        monkeypatch.setattr(postgres_programs, "_installed", lambda: iter(programs.items()))

    return set_releases


@pytest.mark.parametrize(
    ("server", "releases", "chosen"),
    [(15, [15, 18], 15), (15, [16], 16), (17, [15, 18], 18), (18, [18, 19], 18)],
)
def test_the_closest_release_that_is_not_older_is_used(installed, server, releases, chosen):
    installed(*releases)

    assert postgres_programs.find_programs(server)[0] == f"/{chosen}/pg_dump"


@pytest.mark.parametrize("server", [15, 16])
def test_a_much_newer_release_is_not_used(installed, server):
    installed(18)

    with pytest.raises(SettingsError, match=f"directory of version {server}") as exc_info:
        postgres_programs.find_programs(server)

    assert "\n" not in str(exc_info.value)
