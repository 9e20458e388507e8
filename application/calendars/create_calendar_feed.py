from dataclasses import dataclass
from datetime import datetime

from application.caller import Caller
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.calendar_feeds import NewFeedSecret
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.session import ClientInfo
from domain.calendars.feed import CalendarFeed, FeedSecret


@dataclass(frozen=True, slots=True)
class CreatedFeed:
    """The secret is returned only here."""

    secret: FeedSecret
    created_at: datetime


@dataclass(frozen=True)
class CreateCalendarFeed:
    """Create the caller's calendar feed, replacing the current one.

    Raises SessionEnded or AccountDeleted.
    """

    new_work: UnitOfWorkFactory
    clock: Clock
    new_secret: NewFeedSecret
    audit: AuditLog

    @retry_on_contention
    def __call__(self, caller: Caller, client_info: ClientInfo) -> CreatedFeed:
        secret = self.new_secret()
        with self.new_work(caller) as work:
            # Locked so that a concurrent deletion of the account does not leave the feed behind.
            work.users.get_for_update(caller.user_id)
            feed = CalendarFeed.open(caller.user_id, secret, self.clock.now())
            work.calendar_feeds.put(feed)
            work.commit()
        self.audit.record(AuditEvent.CALENDAR_FEED_CREATED, caller.user_id, client_info=client_info)
        return CreatedFeed(secret, feed.created_at)
