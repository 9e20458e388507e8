"""Finding pg_dump and pg_restore that are new enough for a server."""

import re
import shutil
import subprocess
from collections.abc import Iterator

from entrypoints.environment import SettingsError
from entrypoints.settings import read_postgres_bin_dir

PROGRAMS = ("pg_dump", "pg_restore")
RELEASE = re.compile(r"\(PostgreSQL\) (\d+)")


def find_programs(server_release: int) -> tuple[str, str]:
    """The paths of both, of one directory: POSTGRES_BIN_DIR, or else PATH, or what comes along.

    pg_dump refuses a server that is newer than itself. Raises SettingsError.
    """
    too_old = None
    for directory in _directories():
        found = [shutil.which(program, path=directory) for program in PROGRAMS]
        if not all(found):
            continue
        pg_dump, pg_restore = map(str, found)
        release = min(map(_release, (pg_dump, pg_restore)))
        if release >= server_release:
            return pg_dump, pg_restore
        too_old = too_old or f"{pg_dump} is of release {release}"
    raise SettingsError(
        f"POSTGRES_BIN_DIR: the server is of release {server_release}, and "
        f"{too_old or 'there is no pg_dump with pg_restore'}; name the directory of programs that "
        "are no older."
    )


def _directories() -> Iterator[str | None]:
    """None stands for PATH."""
    if named := read_postgres_bin_dir():
        yield str(named)
        return
    yield None
    try:
        from entrypoints.local_services import embedded_programs
    except ImportError:  # an image without the packages of `run`
        return
    yield str(embedded_programs())


def _release(program: str) -> int:
    """0 for what doesn't tell."""
    try:
        told = subprocess.run(  # noqa: S603  # no shell, and the operator named it
            [program, "--version"], capture_output=True, text=True, check=False, timeout=10
        ).stdout
    except OSError:
        return 0
    match = RELEASE.search(told)
    return int(match[1]) if match else 0
