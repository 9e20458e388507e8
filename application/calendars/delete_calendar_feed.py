from dataclasses import dataclass

from application.caller import Caller
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention


@dataclass(frozen=True)
class DeleteCalendarFeed:
    """Delete the caller's feed; no error if there is none. Raises SessionEnded."""

    new_work: UnitOfWorkFactory

    @retry_on_contention
    def __call__(self, caller: Caller) -> None:
        with self.new_work(caller) as work:
            work.calendar_feeds.remove(caller.user_id)
            work.commit()
