"""Finding pg_dump and pg_restore that are new enough for a server."""

import re
import shutil
import subprocess
from collections.abc import Iterator

from entrypoints.settings import read_postgres_bin_dir
from entrypoints.settings.environment import SettingsError

PROGRAMS = ("pg_dump", "pg_restore")
# From this release on pg_restore sets transaction_timeout, which older servers do not know.
DIVIDE = 17
RELEASE = re.compile(r"\(PostgreSQL\) (\d+)")


def find_programs(server_major_version: int) -> tuple[str, str]:
    """The paths of both, of one directory: POSTGRES_BIN_DIR, or else PATH or what comes along.

    pg_dump refuses a server that is newer than itself, and the release next to the server's is
    taken. What could be written and not restored is not begun. Raises SettingsError.
    """
    found = dict(_found())
    fitting = [release for release in found if release >= server_major_version]
    if fitting and (min(fitting) < DIVIDE or server_major_version >= DIVIDE):
        return found[min(fitting)]
    if fitting:
        raise SettingsError(
            f"POSTGRES_BIN_DIR: the server is of release {server_major_version}, and refuses what "
            f"{found[min(fitting)][1]} of release {min(fitting)} restores; name the directory of "
            f"programs of release {server_major_version}."
        )
    lack = "there is no pg_dump with pg_restore"
    if found:
        newest = max(found)
        lack = f"{found[newest][0]} is of release {newest}"
    raise SettingsError(
        f"POSTGRES_BIN_DIR: the server is of release {server_major_version}, and {lack}; name the "
        "directory of programs that are no older."
    )


def _found() -> Iterator[tuple[int, tuple[str, str]]]:
    for directory in _directories():
        pg_dump, pg_restore = (shutil.which(program, path=directory) for program in PROGRAMS)
        if pg_dump and pg_restore:
            yield min(_release(pg_dump), _release(pg_restore)), (pg_dump, pg_restore)


def _directories() -> Iterator[str | None]:
    """None stands for PATH."""
    if named := read_postgres_bin_dir():
        yield str(named)
        return
    yield None
    try:
        from entrypoints.embedded_postgres import embedded_programs
    except ImportError:  # an image without the packages of `run`
        return
    yield str(embedded_programs())


def _release(program: str) -> int:
    """0 for what doesn't tell."""
    try:
        told = subprocess.run(  # no shell, and the operator named it
            [program, "--version"], capture_output=True, text=True, check=False, timeout=10
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = RELEASE.search(told)
    return int(match[1]) if match else 0
