"""Directories on this machine."""

from pathlib import Path

from environs import validate

from entrypoints.settings.environment import read


def read_data_dir() -> Path:
    """Raises SettingsError."""
    return Path(read("DATA_DIR", "str", default=".data", validate=validate.Length(min=1)))


def read_postgres_bin_dir() -> Path | None:
    """The directory of pg_dump and pg_restore; None to search. Raises SettingsError."""
    directory = read("POSTGRES_BIN_DIR", "str", default=None)
    return Path(directory) if directory else None
