"""Wires adapters to ports.

wsgi.py adds the adapters that settings enable.
"""

from collections.abc import Sequence
from operator import eq

from dependency_injector import containers, providers

from adapters.http.accounts.auth import access_blueprint
from adapters.http.accounts.mail_tokens import mail_tokens_blueprint
from adapters.http.accounts.profile import profile_blueprint
from adapters.http.accounts.sessions import sessions_blueprint
from adapters.http.app import create_app
from adapters.http.calendars.event_calendar import event_calendar_blueprint
from adapters.http.calendars.feed import feed_blueprint
from adapters.http.calendars.feed_management import calendar_feed_blueprint
from adapters.http.events.attendance import attendance_blueprint
from adapters.http.events.events import events_blueprint
from adapters.http.events.waitlist import waitlist_blueprint
from adapters.http.health import health_blueprint
from adapters.http.middleware.request_log import RequestLog
from adapters.http.rate_limits import RateLimiter
from adapters.http.requests.authentication import bearer_authentication
from adapters.http.webhooks.deliveries import deliveries_blueprint
from adapters.http.webhooks.webhooks import webhooks_blueprint
from adapters.postgres.accounts.queries import PostgresAccountQueries
from adapters.postgres.calendars.queries import PostgresCalendarQueries
from adapters.postgres.citus.account_queries import CitusAccountQueries
from adapters.postgres.citus.calendar_queries import CitusCalendarQueries
from adapters.postgres.citus.event_queries import CitusEventQueries
from adapters.postgres.citus.readiness import check_readiness as check_citus_readiness
from adapters.postgres.citus.unit_of_work import CitusUnitOfWorkFactory
from adapters.postgres.engine import make_engine
from adapters.postgres.events.queries import PostgresEventQueries
from adapters.postgres.reader import Reader
from adapters.postgres.schema.version import check_readiness
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from adapters.postgres.webhooks.queries import PostgresWebhookQueries
from adapters.security.argon2 import Argon2Hasher
from adapters.security.common_passwords import COMMON_PASSWORDS
from adapters.security.jwt import JwtTokens
from adapters.security.secrets import HmacDigest, new_feed_secret, new_webhook_secret
from adapters.system import SystemClock, new_id
from adapters.telemetry.audit_log import LoggingAuditLog
from adapters.telemetry.metrics.counters import LoginCounter, SeatCounter
from application.ports.request_hooks import RequestHook
from application.use_cases import build_use_cases
from domain.accounts.credentials import PasswordRules
from entrypoints import VERSION
from entrypoints.settings import CITUS, Settings


class Container(containers.DeclarativeContainer):
    """One application: `Container(settings=...).app()`."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    database_type = settings.provided.database_type

    engine = providers.Singleton(
        make_engine,
        settings.provided.database_url,
        pool_size=settings.provided.database_pool_size,
        timeouts=settings.provided.database_timeouts,
        is_autocommit=True,
        is_pooled=settings.provided.is_database_pooled,
        is_citus=providers.Callable(eq, database_type, CITUS),
    )
    clock = providers.Singleton(SystemClock)
    ids = providers.Object(new_id)
    feed_secrets = providers.Object(new_feed_secret)
    webhook_secrets = providers.Object(new_webhook_secret)
    audit = providers.Singleton(LoginCounter, providers.Singleton(LoggingAuditLog))
    hasher = providers.Singleton(
        Argon2Hasher, settings.provided.argon2, memory_mib=settings.provided.argon2_total_mib
    )
    digest = providers.Singleton(HmacDigest, settings.provided.jwt_secret_key)
    password_rules = providers.Object(PasswordRules(COMMON_PASSWORDS))
    tokens = providers.Singleton(
        JwtTokens,
        settings.provided.jwt_secret_key,
        settings.provided.jwt_secret_key_previous,
        leeway=settings.provided.jwt_leeway,
    )
    seat_metrics = providers.Singleton(SeatCounter)
    work = providers.Selector(
        database_type,
        postgresql=providers.Singleton(PostgresUnitOfWorkFactory, engine, seat_metrics),
        citus=providers.Singleton(CitusUnitOfWorkFactory, engine, seat_metrics),
    )
    reader = providers.Singleton(Reader, engine)
    account_queries = providers.Selector(
        database_type,
        postgresql=providers.Singleton(PostgresAccountQueries, reader),
        citus=providers.Singleton(CitusAccountQueries, reader),
    )
    event_queries = providers.Selector(
        database_type,
        postgresql=providers.Singleton(PostgresEventQueries, reader),
        citus=providers.Singleton(CitusEventQueries, reader),
    )
    calendar_queries = providers.Selector(
        database_type,
        postgresql=providers.Singleton(PostgresCalendarQueries, reader),
        citus=providers.Singleton(CitusCalendarQueries, reader),
    )
    webhook_queries = providers.Singleton(PostgresWebhookQueries, reader)

    rate_limiter = providers.Singleton(
        RateLimiter,
        settings.provided.ratelimit_storage_uri,
        is_enabled=settings.provided.ratelimit_enabled,
    )

    use_cases = providers.Singleton(
        build_use_cases,
        new_work=work,
        accounts=account_queries,
        events=event_queries,
        calendars=calendar_queries,
        webhooks=webhook_queries,
        tokens=tokens,
        hasher=hasher,
        password_rules=password_rules,
        digest=digest,
        clock=clock,
        new_id=ids,
        new_feed_secret=feed_secrets,
        new_webhook_secret=webhook_secrets,
        audit=audit,
        session_max_age=settings.provided.session_max_age,
        refresh_token_reuse_leeway=settings.provided.refresh_token_reuse_leeway,
        max_upcoming_events=settings.provided.max_upcoming_events,
        is_mailing=settings.provided.is_mailing,
        webhooks_allow_private_networks=settings.provided.webhooks_allow_private_networks,
    )
    authenticate = providers.Factory(bearer_authentication, use_cases.provided.authenticate)

    auth = providers.Factory(access_blueprint, use_cases, rate_limiter)
    profile = providers.Factory(profile_blueprint, use_cases, authenticate, rate_limiter)
    mail_tokens = providers.Factory(mail_tokens_blueprint, use_cases, rate_limiter)
    sessions = providers.Factory(sessions_blueprint, use_cases, authenticate)
    events = providers.Factory(
        events_blueprint,
        use_cases,
        authenticate,
        rate_limiter,
        publish_limit=settings.provided.ratelimit_publish_events,
        edit_limit=settings.provided.ratelimit_edit_events,
    )
    attendance = providers.Factory(
        attendance_blueprint,
        use_cases,
        authenticate,
        rate_limiter,
        edit_limit=settings.provided.ratelimit_edit_events,
    )
    waitlist = providers.Factory(waitlist_blueprint, use_cases, authenticate)
    calendar_feed = providers.Factory(calendar_feed_blueprint, use_cases, authenticate)
    calendars = providers.Factory(feed_blueprint, use_cases, rate_limiter)
    event_calendars = providers.Factory(event_calendar_blueprint, use_cases, authenticate)
    webhooks = providers.Factory(webhooks_blueprint, use_cases, authenticate)
    deliveries = providers.Factory(deliveries_blueprint, use_cases, authenticate, rate_limiter)
    health = providers.Factory(
        health_blueprint,
        check_readiness=providers.Selector(
            settings.provided.database_type,
            postgresql=providers.Callable(check_readiness, reader),
            citus=providers.Callable(check_citus_readiness, reader),
        ).provider,
        version=VERSION,
    )
    request_hooks: providers.Object[Sequence[RequestHook]] = providers.Object((RequestLog(),))
    app = providers.Singleton(
        create_app,
        blueprints=providers.List(
            # In the order of the document.
            auth,
            profile,
            mail_tokens,
            sessions,
            events,
            attendance,
            waitlist,
            event_calendars,
            calendar_feed,
            calendars,
            webhooks,
            deliveries,
            health,
        ),
        version=VERSION,
        trusted_proxies=settings.provided.trusted_proxies,
        public_url=settings.provided.public_url,
        cors_origins=settings.provided.cors_origins,
        request_hooks=request_hooks,
        new_id=ids,
    )
