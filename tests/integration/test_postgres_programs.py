"""Which pg_dump and pg_restore are taken for a server."""

import pytest

from entrypoints.cli import postgres_programs
from entrypoints.settings import SettingsError


@pytest.fixture
def installed(monkeypatch):
    """Directories of programs of these releases."""

    def set_releases(*releases):
        found = {release: (f"/{release}/pg_dump", f"/{release}/pg_restore") for release in releases}
        monkeypatch.setattr(postgres_programs, "_installed", lambda: iter(found.items()))

    return set_releases


@pytest.mark.parametrize(
    ("server", "releases", "taken"),
    [(15, [15, 18], 15), (15, [16], 16), (17, [15, 18], 18), (18, [18, 19], 18)],
)
def test_the_release_next_to_the_servers_is_taken(installed, server, releases, taken):
    installed(*releases)

    assert postgres_programs.find_programs(server)[0] == f"/{taken}/pg_dump"


@pytest.mark.parametrize("server", [15, 16])
def test_what_could_not_be_restored_is_not_written(installed, server):
    installed(18)

    with pytest.raises(SettingsError, match=f"directory of version {server}") as refusal:
        postgres_programs.find_programs(server)

    assert "\n" not in str(refusal.value)
