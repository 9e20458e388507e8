"""The database of commands that do not require DATABASE_URL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.engine import URL

from entrypoints.data_dir import create_data_dir
from entrypoints.settings import CITUS, read_data_dir, read_database_type, read_database_url
from entrypoints.settings.environment import SettingsError, parse_database_url

# In an image without the extra `local`.
NO_DATABASE = "DATABASE_URL: is not set, and the embedded PostgreSQL is not installed."


def require_postgresql() -> None:
    """The embedded PostgreSQL has no Citus. Raises SettingsError."""
    if read_database_type() == CITUS:
        raise SettingsError("DATABASE_URL: is not set, which DATABASE_TYPE=citus needs.")


@dataclass(frozen=True)
class SelectedDatabase:
    url: URL
    is_embedded: bool = False  # the data is in DATA_DIR


@contextmanager
def selected_database(*, create: bool = False) -> Iterator[SelectedDatabase]:
    """That of DATABASE_URL, or else that of `run`, whose server is started unless it is running.

    With `create`, `run` need not have created it. Raises SettingsError.
    """
    if "DATABASE_URL" in os.environ:
        yield SelectedDatabase(read_database_url())
        return
    require_postgresql()
    try:
        from entrypoints.embedded_postgres import shared_postgres
    except ImportError as error:
        raise SettingsError(NO_DATABASE) from error
    data_dir = read_data_dir()
    if not create and not (data_dir / "postgres" / "PG_VERSION").exists():
        raise SettingsError(
            f"DATABASE_URL: is not set, and {data_dir} has no database of make run."
        )
    with shared_postgres(create_data_dir(data_dir)) as url:
        yield SelectedDatabase(parse_database_url(url, "DATA_DIR"), is_embedded=True)
