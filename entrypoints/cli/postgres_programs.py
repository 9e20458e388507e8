"""Find versions of pg_dump and pg_restore that suit a server."""

import re
import shutil
import subprocess
from collections.abc import Iterator

from entrypoints.settings import read_postgres_bin_dir
from entrypoints.settings.environment import SettingsError

PROGRAMS = ("pg_dump", "pg_restore")
# Since this version pg_restore sets transaction_timeout, which older servers reject.
INCOMPATIBLE_SINCE = 17
VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


def find_programs(server_version: int) -> tuple[str, str]:
    """Paths of pg_dump and pg_restore: from POSTGRES_BIN_DIR, or else PATH or the embedded ones.

    pg_dump rejects servers that are newer than itself. The oldest suitable version is used, and
    none whose dumps the server could not restore. Raises SettingsError.
    """
    found = dict(_installed())
    suitable = [version for version in found if version >= server_version]
    oldest = min(suitable, default=0)
    if suitable and (oldest < INCOMPATIBLE_SINCE or server_version >= INCOMPATIBLE_SINCE):
        return found[oldest]
    if suitable:
        raise SettingsError(
            f"POSTGRES_BIN_DIR: the server has version {server_version}, and {found[oldest][1]} of "
            f"version {oldest} can't restore to it; set it to the directory of version "
            f"{server_version}."
        )
    problem = "pg_dump and pg_restore were not found"
    if found:
        newest = max(found)
        problem = f"{found[newest][0]} has version {newest}"
    raise SettingsError(
        f"POSTGRES_BIN_DIR: the server has version {server_version}, but {problem}; set it to "
        "the directory of the same or a newer version."
    )


def _installed() -> Iterator[tuple[int, tuple[str, str]]]:
    for directory in _directories():
        pg_dump, pg_restore = (shutil.which(program, path=directory) for program in PROGRAMS)
        if pg_dump and pg_restore:
            yield min(_version(pg_dump), _version(pg_restore)), (pg_dump, pg_restore)


def _directories() -> Iterator[str | None]:
    """None means PATH."""
    if directory := read_postgres_bin_dir():
        yield str(directory)
        return
    yield None
    try:
        from entrypoints.embedded_postgres import BIN_DIR
    except ImportError:  # an image without the packages of `run`
        return
    yield str(BIN_DIR)


def _version(program: str) -> int:
    """The major version; 0 if it is unknown."""
    try:
        output = subprocess.run(  # no shell, and the operator chose the program
            [program, "--version"], capture_output=True, text=True, check=False, timeout=10
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = VERSION.search(output)
    return int(match[1]) if match else 0
