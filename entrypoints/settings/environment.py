"""Read single settings from the environment. Errors are one line that names the setting."""

import re
from importlib.util import find_spec
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from environs import Env, EnvError, EnvValidationError, validate
from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn
from sqlalchemy.engine import URL

from adapters.http.requests.proxies import Network

HOUR_S = 60 * 60
DRIVER = "postgresql+psycopg2"
POSTGRES_SCHEMES = ("postgresql", "postgres", DRIVER)
# As browsers send it (Fetch standard, section 3.2).
ORIGIN = re.compile(
    r"(?P<scheme>https?)://([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(:(?P<port>[1-9][0-9]{0,4}))?",
    re.ASCII,
)
DEFAULT_PORTS = {"http": "80", "https": "443"}  # browsers omit these
PORT_MAX = 65535


class SettingsError(Exception):
    """A setting is missing or wrong; the message is one line that names it."""


def read(name: str, kind: str, **options: Any) -> Any:
    """A variable, parsed by the method `kind` of environs.Env. Raises SettingsError."""
    try:
        return getattr(Env(), kind)(name, **options)
    except EnvValidationError as error:
        raise SettingsError(f"{name}: {' '.join(map(str, error.error_messages))}") from error
    except EnvError as error:
        raise SettingsError(f"{name}: is not set.") from error


def read_seconds(name: str, default: float, minimum: float) -> Any:
    """An int if the default is one; an hour at most. Raises SettingsError."""
    kind = "int" if isinstance(default, int) else "float"
    return read(name, kind, default=default, validate=validate.Range(minimum, HOUR_S))


def read_networks(name: str) -> tuple[Network, ...]:
    """Raises SettingsError."""
    try:
        return tuple(ip_network(text.strip()) for text in read(name, "list", default=[]))
    except ValueError as error:
        raise SettingsError(f"{name}: must be comma-separated addresses or networks.") from error


def read_origins(name: str) -> tuple[str, ...]:
    """Exact origins, or only `*`. Raises SettingsError."""
    # Imports Flask, which most commands do not need.
    from adapters.http.responses.cors import ANY

    text = read(name, "str", default="")
    origins = tuple(origin.strip() for origin in text.split(",")) if text else ()
    if origins != (ANY,) and not all(map(_is_origin, origins)):
        raise SettingsError(
            f"{name}: must be origins like https://app.example.org or http://localhost:3000, "
            "comma-separated and without a path or trailing slash; or only *."
        )
    return origins


def read_origin(name: str) -> str | None:
    """Scheme, host and port of a URL; None if unset or empty. Raises SettingsError."""
    text: str = read(name, "str", default="").removesuffix("/")
    if text and not _is_origin(text):
        raise SettingsError(
            f"{name}: must be a URL like https://events.example.org or http://localhost:8000, "
            "in lower case, without a path and without the default port."
        )
    return text or None


def read_url(name: str) -> str | None:
    """An http or https URL; None if unset or empty. Raises SettingsError."""
    text: str | None = read(name, "str", default=None)
    if not text:
        return None
    try:
        url = urlsplit(text)
        is_url = url.scheme in DEFAULT_PORTS and bool(url.hostname) and url.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        raise SettingsError(f"{name}: must be a URL like http://localhost:4318.")
    return text


def _is_origin(text: str) -> bool:
    match = ORIGIN.fullmatch(text)
    if match is None:
        return False
    port = match["port"]
    return port is None or (port != DEFAULT_PORTS[match["scheme"]] and int(port) <= PORT_MAX)


def is_installed(module: str) -> bool:
    """Whether a module is installed. Imports only its parent packages."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def parse_database_url(text: str, setting: str) -> URL:
    """Parse a libpq connection URI, with one or several hosts. Raises SettingsError.

    See the PostgreSQL manual, libpq, connection URIs.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        raise SettingsError(f"{setting}: must be a URL like postgresql://user@host/name.")
    if scheme not in POSTGRES_SCHEMES:
        raise SettingsError(f"{setting}: must begin with postgresql://.")
    try:
        options = parse_dsn(f"postgresql://{rest}")
    except ProgrammingError as error:
        raise SettingsError(
            f"{setting}: must be a URL like postgresql://user@host/name, and only have options "
            "that libpq knows."
        ) from error
    hosts = options.pop("host", "").split(",")
    ports = [port or "5432" for port in options.pop("port", "").split(",")]
    if not all(port.isascii() and port.isdigit() for port in ports):
        raise SettingsError(f"{setting}: ports must be numbers.")
    if len(ports) not in (1, len(hosts)):
        raise SettingsError(f"{setting}: must have one port, or one for each host.")
    names = {"username": "user", "password": "password", "database": "dbname"}
    parts = {name: options.pop(option, None) for name, option in names.items()}
    if len(hosts) == 1 and not hosts[0].startswith("/"):
        return URL.create(DRIVER, host=hosts[0] or None, port=int(ports[0]), query=options, **parts)
    ports *= len(hosts) // len(ports)
    query = {"host": ",".join(hosts), "port": ",".join(ports)}
    return URL.create(DRIVER, query=query | options, **parts)
