"""Every adapter is named here, and nowhere else is one chosen.

But for those that are there only where a setting asks for them: wsgi.py.
"""

from collections.abc import Sequence

from dependency_injector import containers, providers

from adapters.http.accounts.auth import access_blueprint
from adapters.http.accounts.profile import profile_blueprint
from adapters.http.accounts.sessions import sessions_blueprint
from adapters.http.app import create_app
from adapters.http.calendars.event_calendar import event_calendar_blueprint
from adapters.http.calendars.feed import feed_blueprint
from adapters.http.calendars.feed_management import calendar_feed_blueprint
from adapters.http.events.attendance import attendance_blueprint
from adapters.http.events.events import events_blueprint
from adapters.http.health import health_blueprint
from adapters.http.middleware.request_log import RequestLog
from adapters.http.rate_limits import RateLimiter
from adapters.http.requests.authentication import bearer_authentication
from adapters.postgres.accounts.queries import PostgresAccountQueries
from adapters.postgres.calendars.queries import PostgresCalendarQueries
from adapters.postgres.engine import make_engine
from adapters.postgres.events.queries import PostgresEventQueries
from adapters.postgres.reader import Reader
from adapters.postgres.schema.version import PostgresSchema
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from adapters.security.argon2 import Argon2Hasher
from adapters.security.common_passwords import COMMON_PASSWORDS
from adapters.security.jwt import JwtTokens
from adapters.security.secrets import new_feed_secret
from adapters.system import SystemClock, new_id
from adapters.telemetry.audit_log import LoggingAuditLog
from adapters.telemetry.metrics.counters import LoginCounter, SeatCounter
from application.accounts.authenticate import Authenticate
from application.accounts.change_password import ChangePassword
from application.accounts.confirm_password import ConfirmPassword
from application.accounts.delete_account import DeleteAccount
from application.accounts.find_token_owner import FindTokenOwner
from application.accounts.get_profile import GetProfile
from application.accounts.list_sessions import ListSessions
from application.accounts.log_in import LogIn
from application.accounts.refresh_session import RefreshSession
from application.accounts.revoke_all_sessions import RevokeAllSessions
from application.accounts.revoke_session import RevokeSession
from application.accounts.revoke_token import RevokeToken
from application.accounts.sign_up import SignUp
from application.accounts.token_pair import IssueTokenPair
from application.accounts.update_profile import UpdateProfile
from application.accounts.verify_token import VerifyToken
from application.calendars.create_calendar_feed import CreateCalendarFeed
from application.calendars.delete_calendar_feed import DeleteCalendarFeed
from application.calendars.get_calendar_feed import GetCalendarFeed
from application.calendars.get_event_calendar import GetEventCalendar
from application.calendars.read_calendar_feed import ReadCalendarFeed
from application.events.attend_event import AttendEvent
from application.events.cancel_attendance import CancelAttendance
from application.events.create_event import CreateEvent
from application.events.delete_event import DeleteEvent
from application.events.export_attendees import ExportAttendees
from application.events.get_event import GetEvent
from application.events.list_attendees import ListAttendees
from application.events.list_events import ListEvents
from application.events.update_event import UpdateEvent
from application.operations.check_readiness import CheckReadiness
from application.ports.request_hooks import RequestHook
from domain.accounts.credentials import PasswordRules
from entrypoints import VERSION
from entrypoints.settings import Settings


class Container(containers.DeclarativeContainer):
    """One application and all that it is made of: `Container(settings=...).app()`."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)

    engine = providers.Singleton(
        make_engine,
        settings.provided.database_url,
        pool_size=settings.provided.database_pool_size,
        timeouts=settings.provided.database_timeouts,
        is_autocommit=True,
        is_pooled=settings.provided.is_database_pooled,
    )
    clock = providers.Singleton(SystemClock)
    ids = providers.Object(new_id)
    feed_secrets = providers.Object(new_feed_secret)
    audit = providers.Singleton(LoginCounter, providers.Singleton(LoggingAuditLog))
    hasher = providers.Singleton(
        Argon2Hasher, settings.provided.argon2, memory_mib=settings.provided.argon2_total_mib
    )
    password_rules = providers.Object(PasswordRules(COMMON_PASSWORDS))
    tokens = providers.Singleton(
        JwtTokens, settings.provided.jwt_secret_key, settings.provided.jwt_secret_key_previous
    )
    work = providers.Singleton(PostgresUnitOfWorkFactory, engine, providers.Singleton(SeatCounter))
    reader = providers.Singleton(Reader, engine)
    account_queries = providers.Singleton(PostgresAccountQueries, reader)
    event_queries = providers.Singleton(PostgresEventQueries, reader)
    calendar_queries = providers.Singleton(PostgresCalendarQueries, reader)

    rate_limiter = providers.Singleton(
        RateLimiter,
        settings.provided.ratelimit_storage_uri,
        is_enabled=settings.provided.ratelimit_enabled,
    )

    issue_pair = providers.Factory(IssueTokenPair, tokens=tokens, new_id=ids)
    verify = providers.Factory(VerifyToken, accounts=account_queries, tokens=tokens, clock=clock)
    authenticate = providers.Factory(
        bearer_authentication, providers.Factory(Authenticate, tokens=tokens, clock=clock)
    )

    sign_up = providers.Factory(
        SignUp, new_work=work, rules=password_rules, hasher=hasher, clock=clock, new_id=ids
    )
    confirm_password = providers.Factory(ConfirmPassword, new_work=work, hasher=hasher, audit=audit)
    profile = providers.Factory(
        profile_blueprint,
        show_profile=providers.Factory(GetProfile, accounts=account_queries),
        edit_profile=providers.Factory(UpdateProfile, new_work=work),
        change_password=providers.Factory(
            ChangePassword,
            new_work=work,
            confirm=confirm_password,
            rules=password_rules,
            hasher=hasher,
            clock=clock,
            audit=audit,
        ),
        delete_account=providers.Factory(
            DeleteAccount,
            new_work=work,
            confirm=confirm_password,
            clock=clock,
            audit=audit,
        ),
        authenticate=authenticate,
        rate_limiter=rate_limiter,
    )
    sessions = providers.Factory(
        sessions_blueprint,
        list_sessions=providers.Factory(ListSessions, accounts=account_queries, clock=clock),
        end_session=providers.Factory(RevokeSession, new_work=work, clock=clock, audit=audit),
        end_sessions=providers.Factory(RevokeAllSessions, new_work=work, clock=clock, audit=audit),
        authenticate=authenticate,
    )
    access = providers.Factory(
        access_blueprint,
        sign_up=sign_up,
        log_in=providers.Factory(
            LogIn,
            new_work=work,
            hasher=hasher,
            issue_pair=issue_pair,
            clock=clock,
            new_id=ids,
            audit=audit,
            session_max_age=settings.provided.session_max_age,
        ),
        refresh_session=providers.Factory(
            RefreshSession,
            new_work=work,
            tokens=tokens,
            issue_pair=issue_pair,
            clock=clock,
            audit=audit,
        ),
        revoke=providers.Factory(
            RevokeToken, new_work=work, tokens=tokens, clock=clock, audit=audit
        ),
        verify=verify,
        find_token_owner=providers.Factory(FindTokenOwner, tokens=tokens),
        rate_limiter=rate_limiter,
    )
    events = providers.Factory(
        events_blueprint,
        list_events=providers.Factory(ListEvents, events=event_queries, clock=clock),
        publish_event=providers.Factory(CreateEvent, new_work=work, clock=clock, new_id=ids),
        show_event=providers.Factory(GetEvent, events=event_queries, clock=clock),
        edit_event=providers.Factory(UpdateEvent, new_work=work, clock=clock),
        delete_event=providers.Factory(DeleteEvent, new_work=work, clock=clock),
        authenticate=authenticate,
    )
    attendance = providers.Factory(
        attendance_blueprint,
        attend=providers.Factory(AttendEvent, new_work=work, clock=clock),
        cancel=providers.Factory(CancelAttendance, new_work=work, clock=clock),
        list_attendees=providers.Factory(ListAttendees, events=event_queries),
        export_attendees=providers.Factory(ExportAttendees, events=event_queries, clock=clock),
        authenticate=authenticate,
    )
    calendar_address = providers.Factory(
        calendar_feed_blueprint,
        show_feed=providers.Factory(GetCalendarFeed, calendars=calendar_queries),
        open_feed=providers.Factory(
            CreateCalendarFeed,
            new_work=work,
            clock=clock,
            new_secret=feed_secrets,
            audit=audit,
        ),
        close_feed=providers.Factory(DeleteCalendarFeed, new_work=work),
        authenticate=authenticate,
    )
    calendars = providers.Factory(
        feed_blueprint,
        read_feed=providers.Factory(ReadCalendarFeed, calendars=calendar_queries),
    )
    event_calendars = providers.Factory(
        event_calendar_blueprint,
        show_event_calendar=providers.Factory(GetEventCalendar, calendars=calendar_queries),
        authenticate=authenticate,
    )

    health = providers.Factory(
        health_blueprint,
        check_readiness=providers.Factory(
            CheckReadiness, schema=providers.Singleton(PostgresSchema, reader)
        ),
        version=VERSION,
    )
    request_hooks: providers.Object[Sequence[RequestHook]] = providers.Object((RequestLog(),))
    app = providers.Singleton(
        create_app,
        blueprints=providers.List(
            access,
            attendance,
            calendar_address,
            calendars,
            event_calendars,
            events,
            health,
            profile,
            sessions,
        ),
        version=VERSION,
        trusted_proxies=settings.provided.trusted_proxies,
        cors_origins=settings.provided.cors_origins,
        request_hooks=request_hooks,
        new_id=ids,
    )
