from dataclasses import dataclass
from uuid import UUID

from application.ports.unit_of_work import UnitOfWorkFactory
from application.retried import retried


@dataclass(frozen=True)
class CloseCalendarFeed:
    """End the user's feed: its address is dead. Without one, changes nothing."""

    new_work: UnitOfWorkFactory

    @retried
    def __call__(self, user_id: UUID) -> None:
        with self.new_work() as work:
            work.calendar_feeds.remove(user_id)
            work.commit()
