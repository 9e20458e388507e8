"""Questions about the event list: those of one shape are one statement, with other values."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from adapters.persistence.event_search import SearchShape, values_of_search
from application.ports.event_queries import EventCriteria, EventSort
from domain.accounts.credentials import fold_case
from domain.events.schedule import EventStatus


class Shape(NamedTuple):
    """What of the criteria makes the statement another one.

    Made for every page, and so a tuple: a frozen dataclass takes three times as long.
    """

    attending: bool | None
    created: bool | None
    has_starts_after: bool
    has_starts_before: bool
    has_ends_after: bool
    has_ends_before: bool
    status: EventStatus | None
    has_type: bool
    has_creator: bool
    available: bool | None
    search: SearchShape | None
    sort: EventSort

    @classmethod
    def of(cls, criteria: EventCriteria) -> "Shape":
        return cls(
            criteria.attending,
            criteria.created,
            criteria.starts_after is not None,
            criteria.starts_before is not None,
            criteria.ends_after is not None,
            criteria.ends_before is not None,
            criteria.status,
            criteria.type is not None,
            criteria.creator is not None,
            criteria.available,
            None if criteria.search is None else SearchShape.of(criteria.search),
            criteria.sort,
        )


def values_of(criteria: EventCriteria, viewer_id: UUID, now: datetime) -> dict[str, Any]:
    """What the statement of the criteria's shape leaves open."""
    values = {
        "viewer_id": viewer_id,
        "now": now,
        "starts_after": criteria.starts_after,
        "starts_before": criteria.starts_before,
        "ends_after": criteria.ends_after,
        "ends_before": criteria.ends_before,
        "type": None if criteria.type is None else str(criteria.type),
        "creator": None if criteria.creator is None else fold_case(criteria.creator),
    }
    return values | values_of_search(criteria.search) if criteria.search else values
