"""Build all use cases from ports."""

from dataclasses import dataclass
from datetime import timedelta

from application.accounts.authenticate import Authenticate
from application.accounts.change_password import ChangePassword
from application.accounts.compare_password import ComparePassword
from application.accounts.confirm_password import ConfirmPassword
from application.accounts.delete_account import DeleteAccount
from application.accounts.find_token_session import FindTokenSession
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
from application.accounts.withdraw_from_events import WithdrawFromEvents
from application.calendars.create_calendar_feed import CreateCalendarFeed
from application.calendars.delete_calendar_feed import DeleteCalendarFeed
from application.calendars.get_calendar_feed import GetCalendarFeed
from application.calendars.get_event_calendar import GetEventCalendar
from application.calendars.read_calendar_feed import ReadCalendarFeed
from application.events.attend_event import AttendEvent
from application.events.call_off_event import CallOffEvent
from application.events.cancel_attendance import CancelAttendance
from application.events.create_event import CreateEvent
from application.events.delete_event import DeleteEvent
from application.events.export_attendees import ExportAttendees
from application.events.get_event import GetEvent
from application.events.join_waitlist import JoinWaitlist
from application.events.leave_waitlist import LeaveWaitlist
from application.events.list_attendees import ListAttendees
from application.events.list_events import ListEvents
from application.events.list_waitlist import ListWaitlist
from application.events.publish_event import PublishEvent
from application.events.remove_attendee import RemoveAttendee
from application.events.update_event import UpdateEvent
from application.ports.account_queries import AccountQueries
from application.ports.audit_log import AuditLog
from application.ports.calendar_feeds import NewFeedSecret
from application.ports.calendar_queries import CalendarQueries
from application.ports.clock import Clock
from application.ports.event_queries import EventQueries
from application.ports.identifiers import NewId
from application.ports.password_attempts import KeyedDigest
from application.ports.password_hasher import PasswordHasher
from application.ports.tokens import Tokens
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.accounts.credentials import PasswordRules


@dataclass(frozen=True)
class UseCases:
    authenticate: Authenticate
    sign_up: SignUp
    log_in: LogIn
    refresh_session: RefreshSession
    verify_token: VerifyToken
    revoke_token: RevokeToken
    find_token_session: FindTokenSession
    list_sessions: ListSessions
    revoke_session: RevokeSession
    revoke_all_sessions: RevokeAllSessions
    get_profile: GetProfile
    update_profile: UpdateProfile
    change_password: ChangePassword
    delete_account: DeleteAccount

    list_events: ListEvents
    create_event: CreateEvent
    get_event: GetEvent
    update_event: UpdateEvent
    publish_event: PublishEvent
    call_off_event: CallOffEvent
    delete_event: DeleteEvent
    attend_event: AttendEvent
    cancel_attendance: CancelAttendance
    list_attendees: ListAttendees
    export_attendees: ExportAttendees
    remove_attendee: RemoveAttendee
    join_waitlist: JoinWaitlist
    leave_waitlist: LeaveWaitlist
    list_waitlist: ListWaitlist

    get_calendar_feed: GetCalendarFeed
    create_calendar_feed: CreateCalendarFeed
    delete_calendar_feed: DeleteCalendarFeed
    read_calendar_feed: ReadCalendarFeed
    get_event_calendar: GetEventCalendar


def build_use_cases(
    *,
    new_work: UnitOfWorkFactory,
    accounts: AccountQueries,
    events: EventQueries,
    calendars: CalendarQueries,
    tokens: Tokens,
    hasher: PasswordHasher,
    password_rules: PasswordRules,
    digest: KeyedDigest,
    clock: Clock,
    new_id: NewId,
    new_feed_secret: NewFeedSecret,
    audit: AuditLog,
    session_max_age: timedelta,
    refresh_token_reuse_leeway: timedelta,
    max_upcoming_events: int,
) -> UseCases:
    issue_pair = IssueTokenPair(tokens, new_id)
    compare_password = ComparePassword(new_work, hasher, clock, audit)
    confirm_password = ConfirmPassword(new_work, accounts, compare_password, digest, clock, audit)
    withdraw_from_events = WithdrawFromEvents(new_work, clock)
    return UseCases(
        authenticate=Authenticate(tokens, clock),
        sign_up=SignUp(new_work, password_rules, hasher, clock, new_id),
        log_in=LogIn(
            new_work,
            accounts,
            compare_password,
            hasher,
            digest,
            issue_pair,
            clock,
            new_id,
            audit,
            session_max_age,
        ),
        refresh_session=RefreshSession(
            new_work, tokens, issue_pair, clock, audit, refresh_token_reuse_leeway
        ),
        verify_token=VerifyToken(accounts, tokens, clock),
        revoke_token=RevokeToken(new_work, tokens, clock, audit),
        find_token_session=FindTokenSession(tokens),
        list_sessions=ListSessions(accounts, clock),
        revoke_session=RevokeSession(new_work, clock, audit),
        revoke_all_sessions=RevokeAllSessions(new_work, clock, audit),
        get_profile=GetProfile(accounts),
        update_profile=UpdateProfile(new_work, confirm_password),
        change_password=ChangePassword(
            new_work, confirm_password, password_rules, hasher, clock, audit
        ),
        delete_account=DeleteAccount(new_work, confirm_password, withdraw_from_events, audit),
        list_events=ListEvents(events, clock),
        create_event=CreateEvent(new_work, clock, new_id, max_upcoming_events),
        get_event=GetEvent(events, clock),
        update_event=UpdateEvent(new_work, clock),
        publish_event=PublishEvent(new_work, clock),
        call_off_event=CallOffEvent(new_work, clock),
        delete_event=DeleteEvent(new_work, clock),
        attend_event=AttendEvent(new_work, clock),
        cancel_attendance=CancelAttendance(new_work, clock),
        list_attendees=ListAttendees(events, clock),
        export_attendees=ExportAttendees(events, clock),
        remove_attendee=RemoveAttendee(new_work, clock),
        join_waitlist=JoinWaitlist(new_work, clock),
        leave_waitlist=LeaveWaitlist(new_work, clock),
        list_waitlist=ListWaitlist(events, clock),
        get_calendar_feed=GetCalendarFeed(calendars),
        create_calendar_feed=CreateCalendarFeed(new_work, clock, new_feed_secret, audit),
        delete_calendar_feed=DeleteCalendarFeed(new_work),
        read_calendar_feed=ReadCalendarFeed(calendars, clock),
        get_event_calendar=GetEventCalendar(calendars),
    )
