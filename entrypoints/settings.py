"""The settings: read from the environment and checked once, at the start."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from environs import Env, EnvError, EnvValidationError, ValidationError, validate
from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from adapters.security.argon2_hasher import KIB_PER_MIB, OWASP_LEAST, Argon2Parameters

JWT_SECRET_KEY_MIN_BYTES = 32  # RFC 7518 section 3.2: no shorter than the hash of HS256
HOUR_S = 60 * 60
DAY_S = 24 * HOUR_S
DRIVER = "postgresql+psycopg2"
POSTGRES_SCHEMES = ("postgresql", "postgres", DRIVER)


class SettingsError(Exception):
    """A setting is missing or wrong; the message is one line that names it."""


@dataclass(frozen=True)
class Settings:
    """What one process of the service needs to know."""

    database_url: URL
    jwt_secret_key: str = field(repr=False)
    web_threads: int
    jwt_secret_key_previous: str | None = field(default=None, repr=False)
    session_max_age: timedelta = timedelta(days=30)
    argon2: Argon2Parameters = OWASP_LEAST
    argon2_total_mib: int = 128


@dataclass(frozen=True)
class ServerSettings:
    """How the service listens, and in how many processes and threads."""

    host: str
    port: int
    web_workers: int
    web_threads: int

    @property
    def address(self) -> str:
        """As it stands in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def read_settings() -> Settings:
    """Raises SettingsError."""
    return Settings(
        database_url=read_database_url(),
        jwt_secret_key=read_jwt_secret_key(),
        web_threads=_read_web_threads(),
        jwt_secret_key_previous=_read(
            "JWT_SECRET_KEY_PREVIOUS", "str", default=None, validate=_require_long_key
        ),
        session_max_age=timedelta(
            seconds=_read(
                "SESSION_MAX_AGE",
                "int",
                default=30 * DAY_S,
                validate=validate.Range(HOUR_S, 3650 * DAY_S),
            )
        ),
        argon2=Argon2Parameters(
            memory_kib=_read(
                "ARGON2_MEMORY_KIB",
                "int",
                default=OWASP_LEAST.memory_kib,
                validate=validate.Range(7 * KIB_PER_MIB, 4096 * KIB_PER_MIB),
            ),
            passes=_read(
                "ARGON2_PASSES", "int", default=OWASP_LEAST.passes, validate=validate.Range(1, 100)
            ),
            lanes=_read(
                "ARGON2_LANES", "int", default=OWASP_LEAST.lanes, validate=validate.Range(1, 64)
            ),
        ),
        argon2_total_mib=_read(
            "ARGON2_TOTAL_MIB", "int", default=128, validate=validate.Range(1, 1024 * 1024)
        ),
    )


def read_server_settings() -> ServerSettings:
    """Raises SettingsError."""
    return ServerSettings(
        host=_read("HOST", "str", default="127.0.0.1", validate=validate.Length(min=1)),
        port=_read("PORT", "int", default=8000, validate=validate.Range(1, 65535)),
        web_workers=_read("WEB_WORKERS", "int", default=2, validate=validate.Range(1, 64)),
        web_threads=_read_web_threads(),
    )


def read_database_url() -> URL:
    """Raises SettingsError."""
    return parse_database_url(_read("DATABASE_URL", "str"), "DATABASE_URL")


def read_jwt_secret_key() -> str:
    """Raises SettingsError."""
    key: str = _read("JWT_SECRET_KEY", "str", validate=_require_long_key)
    return key


def read_data_dir() -> Path:
    """Raises SettingsError."""
    return Path(_read("DATA_DIR", "str", default=".data", validate=validate.Length(min=1)))


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


def _read_web_threads() -> int:
    threads: int = _read("WEB_THREADS", "int", default=8, validate=validate.Range(1, 256))
    return threads


def _read(name: str, kind: str, **options: Any) -> Any:
    try:
        return getattr(Env(), kind)(name, **options)
    except EnvValidationError as error:
        raise SettingsError(f"{name}: {' '.join(map(str, error.error_messages))}") from error
    except EnvError as error:
        raise SettingsError(f"{name}: is not set.") from error


def _require_long_key(key: str | None) -> None:
    if key is not None and len(key.encode()) < JWT_SECRET_KEY_MIN_BYTES:
        raise ValidationError(f"Must have at least {JWT_SECRET_KEY_MIN_BYTES} bytes.")
