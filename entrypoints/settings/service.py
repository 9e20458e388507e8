"""Settings of the application."""

from dataclasses import dataclass, field
from datetime import timedelta

from environs import ValidationError, validate
from sqlalchemy.engine import URL

from adapters.http.requests.proxies import Network
from adapters.postgres.timeouts import Timeouts
from adapters.security.argon2 import KIB_PER_MIB, OWASP_MINIMUM, Argon2Parameters
from domain.accounts.session import REFRESH_TOKEN_REUSE_LEEWAY
from domain.events.event import MAX_UPCOMING_EVENTS
from entrypoints.settings.database import (
    POSTGRESQL,
    read_database_timeouts,
    read_database_type,
    read_database_url,
    read_is_database_pooled,
)
from entrypoints.settings.environment import (
    HOUR_S,
    read,
    read_networks,
    read_origin,
    read_origins,
    read_seconds,
)
from entrypoints.settings.mail import read_mail_settings
from entrypoints.settings.web import read_web_threads
from entrypoints.settings.webhooks import read_webhooks_allow_private_networks

JWT_SECRET_KEY_MIN_BYTES = 32  # RFC 7518 section 3.2: at least the hash size of HS256
MEMORY = "memory://"
REDIS_SCHEMES = ("redis://", "rediss://")
MINUTE_S = 60
PUBLISH_LIMIT = "60/minute,1000/day"
EDIT_LIMIT = "60/minute"
DAY_S = 24 * HOUR_S


@dataclass(frozen=True)
class Settings:
    database_url: URL
    jwt_secret_key: str = field(repr=False)
    jwt_secret_key_previous: str | None = field(default=None, repr=False)
    jwt_leeway: timedelta = timedelta(seconds=5)
    session_max_age: timedelta = timedelta(days=30)
    refresh_token_reuse_leeway: timedelta = REFRESH_TOKEN_REUSE_LEEWAY
    max_upcoming_events: int = MAX_UPCOMING_EVENTS
    argon2: Argon2Parameters = OWASP_MINIMUM
    argon2_total_mib: int = 38
    ratelimit_enabled: bool = True
    ratelimit_storage_uri: str = field(default=MEMORY, repr=False)
    ratelimit_publish_events: str = PUBLISH_LIMIT
    ratelimit_edit_events: str = EDIT_LIMIT
    trusted_proxies: tuple[Network, ...] = ()
    public_url: str | None = None
    cors_origins: tuple[str, ...] = ()
    is_mailing: bool = False
    webhooks_allow_private_networks: bool = False
    database_pool_size: int = 4
    database_timeouts: Timeouts = field(default_factory=Timeouts)
    database_type: str = POSTGRESQL
    is_database_pooled: bool = False


def read_settings() -> Settings:
    """Raises SettingsError."""
    return Settings(
        database_url=read_database_url(),
        jwt_secret_key=read_jwt_secret_key(),
        jwt_secret_key_previous=read(
            "JWT_SECRET_KEY_PREVIOUS", "str", default=None, validate=_require_long_key
        ),
        jwt_leeway=timedelta(
            seconds=read("JWT_LEEWAY", "int", default=5, validate=validate.Range(0, MINUTE_S))
        ),
        session_max_age=timedelta(
            seconds=read(
                "SESSION_MAX_AGE",
                "int",
                default=30 * DAY_S,
                validate=validate.Range(HOUR_S, 3650 * DAY_S),
            )
        ),
        refresh_token_reuse_leeway=timedelta(
            seconds=read_seconds(
                "REFRESH_TOKEN_REUSE_LEEWAY",
                REFRESH_TOKEN_REUSE_LEEWAY.total_seconds(),
                minimum=0,
            )
        ),
        max_upcoming_events=read(
            "MAX_UPCOMING_EVENTS",
            "int",
            default=MAX_UPCOMING_EVENTS,
            validate=validate.Range(1, 1_000_000),
        ),
        argon2=read_argon2_parameters(),
        argon2_total_mib=read(
            "ARGON2_TOTAL_MIB", "int", default=38, validate=validate.Range(1, 1024 * 1024)
        ),
        ratelimit_enabled=read("RATELIMIT_ENABLED", "bool", default=True),
        ratelimit_storage_uri=read(
            "RATELIMIT_STORAGE_URI", "str", default=MEMORY, validate=_require_limits_storage
        ),
        ratelimit_publish_events=read(
            "RATELIMIT_PUBLISH_EVENTS", "str", default=PUBLISH_LIMIT, validate=_require_limit
        ),
        ratelimit_edit_events=read(
            "RATELIMIT_EDIT_EVENTS", "str", default=EDIT_LIMIT, validate=_require_limit
        ),
        trusted_proxies=read_networks("TRUSTED_PROXIES"),
        public_url=read_origin("PUBLIC_URL"),
        cors_origins=read_origins("CORS_ORIGINS"),
        is_mailing=read_mail_settings().is_mailing,
        webhooks_allow_private_networks=read_webhooks_allow_private_networks(),
        database_pool_size=read(
            "DATABASE_POOL_SIZE",
            "int",
            default=read_web_threads(),
            validate=validate.Range(1, 256),
        ),
        database_timeouts=read_database_timeouts(),
        database_type=read_database_type(),
        is_database_pooled=read_is_database_pooled(),
    )


def read_argon2_parameters() -> Argon2Parameters:
    """Raises SettingsError."""
    defaults = OWASP_MINIMUM
    return Argon2Parameters(
        memory_kib=read(
            "ARGON2_MEMORY_KIB",
            "int",
            default=defaults.memory_kib,
            validate=validate.Range(7 * KIB_PER_MIB, 4096 * KIB_PER_MIB),
        ),
        passes=read(
            "ARGON2_PASSES", "int", default=defaults.passes, validate=validate.Range(1, 100)
        ),
        lanes=read("ARGON2_LANES", "int", default=defaults.lanes, validate=validate.Range(1, 64)),
    )


def read_jwt_secret_key() -> str:
    """Raises SettingsError."""
    key: str = read("JWT_SECRET_KEY", "str", validate=_require_long_key)
    return key


def _require_limits_storage(uri: str) -> None:
    if uri == MEMORY:
        return
    if not uri.startswith(REDIS_SCHEMES):
        raise ValidationError("Must be memory:// or begin with redis:// or rediss://.")
    # Slow to import.
    from redis import Redis

    try:
        Redis.from_url(uri)  # does not connect yet
    except ValueError as error:
        raise ValidationError("Must be a URL like redis://host:6379/0.") from error


def _require_limit(text: str) -> None:
    # Slow to import.
    from limits import parse_many

    try:
        parse_many(text)
    except ValueError as error:
        raise ValidationError(
            "Must be a limit like 60/minute, or several separated by commas."
        ) from error


def _require_long_key(key: str | None) -> None:
    if key is not None and len(key.encode()) < JWT_SECRET_KEY_MIN_BYTES:
        raise ValidationError(f"Must have at least {JWT_SECRET_KEY_MIN_BYTES} bytes.")
