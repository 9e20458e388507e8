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
from application.accounts.request_password_reset import RequestPasswordReset
from application.accounts.reset_password import ResetPassword
from application.accounts.revoke_all_sessions import RevokeAllSessions
from application.accounts.revoke_session import RevokeSession
from application.accounts.revoke_token import RevokeToken
from application.accounts.sign_up import SignUp
from application.accounts.token_pair import IssueTokenPair
from application.accounts.update_profile import UpdateProfile
from application.accounts.verify_email import VerifyEmail
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
from application.ports.webhook_queries import WebhookQueries
from application.ports.webhook_sender import NewWebhookSecret
from application.webhooks.create_webhook import CreateWebhook
from application.webhooks.delete_webhook import DeleteWebhook
from application.webhooks.get_webhook import GetWebhook
from application.webhooks.list_deliveries import ListDeliveries
from application.webhooks.list_webhooks import ListWebhooks
from application.webhooks.retry_delivery import RetryDelivery
from application.webhooks.rotate_webhook_secret import RotateWebhookSecret
from application.webhooks.send_test_message import SendTestMessage
from application.webhooks.update_webhook import UpdateWebhook
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
    verify_email: VerifyEmail
    request_password_reset: RequestPasswordReset
    reset_password: ResetPassword

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

    list_webhooks: ListWebhooks
    create_webhook: CreateWebhook
    get_webhook: GetWebhook
    update_webhook: UpdateWebhook
    delete_webhook: DeleteWebhook
    rotate_webhook_secret: RotateWebhookSecret
    send_test_message: SendTestMessage
    list_deliveries: ListDeliveries
    retry_delivery: RetryDelivery


def build_use_cases(
    *,
    new_work: UnitOfWorkFactory,
    accounts: AccountQueries,
    events: EventQueries,
    calendars: CalendarQueries,
    webhooks: WebhookQueries,
    tokens: Tokens,
    hasher: PasswordHasher,
    password_rules: PasswordRules,
    digest: KeyedDigest,
    clock: Clock,
    new_id: NewId,
    new_feed_secret: NewFeedSecret,
    new_webhook_secret: NewWebhookSecret,
    audit: AuditLog,
    session_max_age: timedelta,
    refresh_token_reuse_leeway: timedelta,
    max_upcoming_events: int,
    is_mailing: bool,
    webhooks_allow_private_networks: bool,
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
        update_profile=UpdateProfile(new_work, accounts, confirm_password, clock, new_id, audit),
        change_password=ChangePassword(
            new_work, confirm_password, password_rules, hasher, clock, audit
        ),
        delete_account=DeleteAccount(new_work, confirm_password, withdraw_from_events, audit),
        verify_email=VerifyEmail(new_work, clock, audit),
        request_password_reset=RequestPasswordReset(new_work, clock, new_id, audit, is_mailing),
        reset_password=ResetPassword(new_work, password_rules, hasher, digest, clock, audit),
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
        list_webhooks=ListWebhooks(webhooks),
        create_webhook=CreateWebhook(
            new_work,
            clock,
            new_id,
            new_webhook_secret,
            audit,
            webhooks_allow_private_networks,
        ),
        get_webhook=GetWebhook(webhooks),
        update_webhook=UpdateWebhook(new_work, clock, webhooks_allow_private_networks),
        delete_webhook=DeleteWebhook(new_work),
        rotate_webhook_secret=RotateWebhookSecret(new_work, clock, new_webhook_secret, audit),
        send_test_message=SendTestMessage(new_work, clock, new_id),
        list_deliveries=ListDeliveries(webhooks),
        retry_delivery=RetryDelivery(new_work, clock),
    )
