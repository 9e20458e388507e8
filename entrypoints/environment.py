"""Reading single settings from the environment, each refused in one line that names it."""

from ipaddress import ip_network
from typing import Any

from environs import Env, EnvError, EnvValidationError
from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from adapters.http.proxies import Network

DRIVER = "postgresql+psycopg2"
POSTGRES_SCHEMES = ("postgresql", "postgres", DRIVER)


class SettingsError(Exception):
    """A setting is missing or wrong; the message is one line that names it."""


def read(name: str, kind: str, **options: Any) -> Any:
    """A variable as `kind`, a method of environs.Env. Raises SettingsError."""
    try:
        return getattr(Env(), kind)(name, **options)
    except EnvValidationError as error:
        raise SettingsError(f"{name}: {' '.join(map(str, error.error_messages))}") from error
    except EnvError as error:
        raise SettingsError(f"{name}: is not set.") from error


def read_networks(name: str) -> tuple[Network, ...]:
    """Raises SettingsError."""
    try:
        return tuple(ip_network(text.strip()) for text in read(name, "list", default=[]))
    except ValueError as error:
        raise SettingsError(f"{name}: must be addresses or networks, with commas.") from error


def parse_database_url(text: str, setting: str) -> URL:
    """A PostgreSQL URL, with the driver that the service uses. Raises SettingsError."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise SettingsError(f"{setting}: is not a URL like postgresql://user@host/name.") from error
    if url.drivername not in POSTGRES_SCHEMES:
        raise SettingsError(f"{setting}: must begin with postgresql://, the only database here.")
    try:
        parse_dsn(url.set(drivername="postgresql").render_as_string(hide_password=False))
    except ProgrammingError as error:
        raise SettingsError(f"{setting}: has an option that PostgreSQL does not know.") from error
    return url.set(drivername=DRIVER)
