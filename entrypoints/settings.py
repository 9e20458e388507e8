"""The settings: read from the environment and checked once, at the start."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from environs import ValidationError, validate
from redis import Redis
from sqlalchemy.engine import URL

from adapters.http.proxies import Network
from adapters.persistence.waits import Waits
from adapters.security.argon2_hasher import KIB_PER_MIB, OWASP_LEAST, Argon2Parameters
from entrypoints.environment import (
    PORT_MAX,
    SettingsError,
    is_installed,
    parse_database_url,
    read,
    read_networks,
    read_origins,
    read_url,
)

JWT_SECRET_KEY_MIN_BYTES = 32  # RFC 7518 section 3.2: no shorter than the hash of HS256
MEMORY = "memory://"
REDIS_SCHEMES = ("redis://", "rediss://")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
NO_POOLER, TRANSACTION_POOLER = "none", "transaction"
LOG_FORMATS = ("auto", "json", "console")
TRACING_PACKAGES = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http")
HOUR_S = 60 * 60
DAY_S = 24 * HOUR_S


@dataclass(frozen=True)
class Settings:
    """What one process of the service needs to know."""

    database_url: URL
    jwt_secret_key: str = field(repr=False)
    jwt_secret_key_previous: str | None = field(default=None, repr=False)
    session_max_age: timedelta = timedelta(days=30)
    argon2: Argon2Parameters = OWASP_LEAST
    argon2_total_mib: int = 38
    ratelimit_enabled: bool = True
    ratelimit_storage_uri: str = field(default=MEMORY, repr=False)
    trusted_proxies: tuple[Network, ...] = ()
    cors_origins: tuple[str, ...] = ()
    database_pool_size: int = 4
    database_waits: Waits = field(default_factory=Waits)
    is_database_pooled: bool = False


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


@dataclass(frozen=True)
class LogSettings:
    level: str
    format: str


@dataclass(frozen=True)
class MetricsSettings:
    host: str
    port: int


@dataclass(frozen=True)
class TracingSettings:
    service_name: str


def read_metrics_settings() -> MetricsSettings | None:
    """None where there are to be no metrics. Raises SettingsError."""
    port = read("METRICS_PORT", "int", default=None, validate=_require_port)
    if port is None:
        return None
    if port == read_server_settings().port:
        raise SettingsError("METRICS_PORT: is that of the service, PORT; set another one.")
    host = read("METRICS_HOST", "str", default="127.0.0.1", validate=validate.Length(min=1))
    return MetricsSettings(host, port)


def read_tracing_settings() -> TracingSettings | None:
    """None where no traces are to be sent. Raises SettingsError."""
    name = "OTEL_EXPORTER_OTLP_ENDPOINT"
    if not read_url(name):
        return None
    if not all(map(is_installed, TRACING_PACKAGES)):
        raise SettingsError(f"{name}: needs the packages of the extra `tracing`.")
    return TracingSettings(
        service_name=read(
            "OTEL_SERVICE_NAME", "str", default="turnout", validate=validate.Length(min=1)
        )
    )


def read_log_settings() -> LogSettings:
    """Raises SettingsError."""
    return LogSettings(
        level=read("LOG_LEVEL", "str", default="INFO", validate=validate.OneOf(LOG_LEVELS)),
        format=read("LOG_FORMAT", "str", default="auto", validate=validate.OneOf(LOG_FORMATS)),
    )


def read_settings() -> Settings:
    """Raises SettingsError."""
    return Settings(
        database_url=read_database_url(),
        jwt_secret_key=read_jwt_secret_key(),
        jwt_secret_key_previous=read(
            "JWT_SECRET_KEY_PREVIOUS", "str", default=None, validate=_require_long_key
        ),
        session_max_age=timedelta(
            seconds=read(
                "SESSION_MAX_AGE",
                "int",
                default=30 * DAY_S,
                validate=validate.Range(HOUR_S, 3650 * DAY_S),
            )
        ),
        argon2=read_argon2_parameters(),
        argon2_total_mib=read(
            "ARGON2_TOTAL_MIB", "int", default=38, validate=validate.Range(1, 1024 * 1024)
        ),
        ratelimit_enabled=read("RATELIMIT_ENABLED", "bool", default=True),
        ratelimit_storage_uri=read(
            "RATELIMIT_STORAGE_URI", "str", default=MEMORY, validate=_require_limits_storage
        ),
        trusted_proxies=read_networks("TRUSTED_PROXIES"),
        cors_origins=read_origins("CORS_ORIGINS"),
        database_pool_size=read(
            "DATABASE_POOL_SIZE",
            "int",
            default=_read_web_threads(),
            validate=validate.Range(1, 256),
        ),
        database_waits=read_database_waits(),
        is_database_pooled=read_is_database_pooled(),
    )


def read_argon2_parameters() -> Argon2Parameters:
    """Raises SettingsError."""
    usual = OWASP_LEAST
    return Argon2Parameters(
        memory_kib=read(
            "ARGON2_MEMORY_KIB",
            "int",
            default=usual.memory_kib,
            validate=validate.Range(7 * KIB_PER_MIB, 4096 * KIB_PER_MIB),
        ),
        passes=read("ARGON2_PASSES", "int", default=usual.passes, validate=validate.Range(1, 100)),
        lanes=read("ARGON2_LANES", "int", default=usual.lanes, validate=validate.Range(1, 64)),
    )


def read_server_settings() -> ServerSettings:
    """Raises SettingsError."""
    return ServerSettings(
        host=read("HOST", "str", default="127.0.0.1", validate=validate.Length(min=1)),
        port=read("PORT", "int", default=8000, validate=validate.Range(1, PORT_MAX)),
        web_workers=read("WEB_WORKERS", "int", default=2, validate=validate.Range(1, 64)),
        web_threads=_read_web_threads(),
    )


def read_database_url() -> URL:
    """Raises SettingsError."""
    return parse_database_url(read("DATABASE_URL", "str"), "DATABASE_URL")


def read_jwt_secret_key() -> str:
    """Raises SettingsError."""
    key: str = read("JWT_SECRET_KEY", "str", validate=_require_long_key)
    return key


def read_data_dir() -> Path:
    """Raises SettingsError."""
    return Path(read("DATA_DIR", "str", default=".data", validate=validate.Length(min=1)))


def read_postgres_bin_dir() -> Path | None:
    """Where pg_dump and pg_restore are; None for those that are found. Raises SettingsError."""
    directory = read("POSTGRES_BIN_DIR", "str", default=None)
    return Path(directory) if directory else None


def read_is_database_pooled() -> bool:
    """Whether DATABASE_URL leads to a pooler. Raises SettingsError."""
    kinds = validate.OneOf((NO_POOLER, TRANSACTION_POOLER))
    pooler = read("DATABASE_POOLER", "str", default=NO_POOLER, validate=kinds)
    return bool(pooler == TRANSACTION_POOLER)


def read_database_waits() -> Waits:
    """Raises SettingsError."""

    def seconds(name: str, default: float, least: float = 0.05) -> Any:
        kind = "int" if isinstance(default, int) else "float"
        return read(name, kind, default=default, validate=validate.Range(least, HOUR_S))

    usual = Waits()
    return Waits(
        connect=seconds("DATABASE_CONNECT_TIMEOUT", usual.connect, least=1),
        pool=seconds("DATABASE_POOL_TIMEOUT", usual.pool),
        lock=seconds("DATABASE_LOCK_TIMEOUT", usual.lock),
        statement=seconds("DATABASE_STATEMENT_TIMEOUT", usual.statement),
        idle_in_transaction=seconds("DATABASE_IDLE_TRANSACTION_TIMEOUT", usual.idle_in_transaction),
    )


def _read_web_threads() -> int:
    threads: int = read("WEB_THREADS", "int", default=4, validate=validate.Range(1, 256))
    return threads


def _require_port(port: int | None) -> None:
    if port is not None:
        validate.Range(1, PORT_MAX)(port)


def _require_limits_storage(uri: str) -> None:
    if uri == MEMORY:
        return
    if not uri.startswith(REDIS_SCHEMES):
        raise ValidationError("Must be memory:// or begin with redis:// or rediss://.")
    try:
        Redis.from_url(uri)  # does not connect yet
    except ValueError as error:
        raise ValidationError("Is not a URL like redis://host:6379/0.") from error


def _require_long_key(key: str | None) -> None:
    if key is not None and len(key.encode()) < JWT_SECRET_KEY_MIN_BYTES:
        raise ValidationError(f"Must have at least {JWT_SECRET_KEY_MIN_BYTES} bytes.")
