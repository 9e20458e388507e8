"""DATA_DIR: its lock and the generated secret key."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from entrypoints.settings.environment import SettingsError


class DataDirInUse(SettingsError):
    """Another process uses this directory."""


def create_data_dir(data_dir: Path) -> Path:
    """Create the directory if it does not exist. Raises SettingsError."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATA_DIR: {data_dir} can't be used ({error.strerror}).") from error
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise SettingsError(f"DATA_DIR: {data_dir} can't be used (Permission denied).")
    return data_dir


def load_or_create_secret_key(data_dir: Path) -> str:
    """The key in the directory, created by the first call. Only its owner can read it."""
    path = data_dir / "jwt_secret_key"
    if not path.exists():
        temporary = path.with_suffix(".new")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        temporary.rename(path)
    return path.read_text()


@contextmanager
def locked(data_dir: Path) -> Iterator[TextIO]:
    """Lock the directory for this block, and for processes that inherit the yielded file.

    The file contains the id of the process to stop. Raises DataDirInUse.
    """
    with (data_dir / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            pid = file.read().strip()  # earlier releases write none
            process, kill = (f" (process {pid})", f" with kill {pid}") if pid else ("", "")
            raise DataDirInUse(
                f"DATA_DIR: {data_dir} is in use by another Turnout{process}; stop it{kill}, "
                "or set another directory."
            ) from error
        name_process(file, os.getpid())
        yield file


def name_process(lock: TextIO, pid: int) -> None:
    """Write the id of the process that must stop to free the directory."""
    lock.truncate(0)
    print(pid, file=lock, flush=True)
