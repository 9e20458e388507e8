"""All use cases around one store in memory: a Turnout without input and output."""

from datetime import timedelta
from itertools import count
from uuid import UUID

from application.accounts.authenticate import Authenticate
from application.accounts.change_password import ChangePassword
from application.accounts.confirm_password import ConfirmPassword
from application.accounts.delete_account import DeleteAccount
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
from application.caller import Caller
from application.events.attend_event import AttendEvent
from application.events.cancel_attendance import CancelAttendance
from application.events.create_event import CreateEvent
from application.events.delete_event import DeleteEvent
from application.events.export_attendees import ExportAttendees
from application.events.get_event import GetEvent
from application.events.list_attendees import ListAttendees
from application.events.list_events import ListEvents
from application.events.update_event import UpdateEvent
from application.ports.event_queries import EventView
from domain.accounts.credentials import Password, PasswordRules, Username
from domain.calendars.feed import FeedSecret
from domain.events.description import Capacity, Description, Title
from tests.builders import DAY, HOUR, NOON
from tests.fakes.clock import FakeClock
from tests.fakes.memory import MemoryStore, MemoryUnitOfWorkFactory
from tests.fakes.memory_calendar_queries import MemoryCalendarQueries
from tests.fakes.memory_queries import MemoryAccountQueries, MemoryEventQueries
from tests.fakes.seat_metrics import SeatMetricsInMemory
from tests.fakes.security import AuditInMemory, ReversingHasher, TokensInMemory


class World:
    def __init__(self, factory: type[MemoryUnitOfWorkFactory] = MemoryUnitOfWorkFactory) -> None:
        self.store = MemoryStore()
        self.clock = clock = FakeClock()
        self.hasher = ReversingHasher()
        self.audit = audit = AuditInMemory()
        self.seat_metrics = SeatMetricsInMemory()
        new_work = factory(self.store, self.seat_metrics)
        rules = PasswordRules({"password123"})
        tokens = TokensInMemory()
        numbers = count(1)
        accounts, events = MemoryAccountQueries(self.store), MemoryEventQueries(self.store)

        def new_id() -> UUID:
            return UUID(int=next(numbers))

        def new_secret() -> FeedSecret:
            return FeedSecret(f"{next(numbers):043}")

        issue_pair = IssueTokenPair(tokens, new_id)
        self.sign_up = SignUp(new_work, rules, self.hasher, clock, new_id)
        self.log_in = LogIn(new_work, self.hasher, issue_pair, clock, new_id, audit, 30 * DAY)
        self.refresh = RefreshSession(new_work, tokens, issue_pair, clock, audit)
        self.verify = VerifyToken(accounts, tokens, clock)
        self.authenticate = Authenticate(tokens, clock)
        confirm = ConfirmPassword(new_work, self.hasher, audit)
        self.get_profile = GetProfile(accounts)
        self.update_profile = UpdateProfile(new_work)
        self.change_password = ChangePassword(new_work, confirm, rules, self.hasher, clock, audit)
        self.delete_account = DeleteAccount(new_work, confirm, clock, audit)
        self.revoke = RevokeToken(new_work, tokens, clock, audit)
        self.list_sessions = ListSessions(accounts, clock)
        self.revoke_session = RevokeSession(new_work, clock, audit)
        self.revoke_all_sessions = RevokeAllSessions(new_work, clock, audit)
        self.create_event = CreateEvent(new_work, clock, new_id)
        self.update_event = UpdateEvent(new_work, clock)
        self.delete_event = DeleteEvent(new_work, clock)
        self.attend = AttendEvent(new_work, clock)
        self.cancel = CancelAttendance(new_work, clock)
        self.list_events = ListEvents(events, clock)
        self.get_event = GetEvent(events, clock)
        self.list_attendees = ListAttendees(events)
        self.export_attendees = ExportAttendees(events, clock)
        calendars = MemoryCalendarQueries(self.store)
        self.get_event_calendar = GetEventCalendar(calendars)
        self.get_feed = GetCalendarFeed(calendars)
        self.create_feed = CreateCalendarFeed(new_work, clock, new_secret, audit)
        self.delete_feed = DeleteCalendarFeed(new_work)
        self.read_feed = ReadCalendarFeed(calendars)

    def person(self, name: str) -> Caller:
        return Caller(self.sign_up(Username(name), Password(f"{name}'s password"), None).id)

    def published(self, creator: Caller, capacity: int = 2, start: timedelta = DAY) -> EventView:
        return self.create_event(
            creator,
            title=Title("Tea"),
            description=Description(""),
            start_time=NOON + start,
            end_time=NOON + start + HOUR,
            capacity=Capacity(capacity),
        )
