"""Who can find an event, and who can list its attendees."""

from enum import StrEnum
from uuid import UUID

from domain.events.errors import AttendeesHidden


class Visibility(StrEnum):
    """Only the creator and the attendees find an unlisted event in their lists.

    Everyone who has the id can get it.
    """

    PUBLIC = "public"
    UNLISTED = "unlisted"


class AttendeesVisibleTo(StrEnum):
    """Who can list the attendees. Their number is public."""

    EVERYONE = "everyone"
    ATTENDEES = "attendees"
    ORGANISER = "organiser"


def require_attendees_visible(
    visible_to: AttendeesVisibleTo, creator_id: UUID, viewer_id: UUID, *, is_attending: bool
) -> None:
    """Raises AttendeesHidden. The organiser is the creator, who can always list them."""
    if viewer_id == creator_id or visible_to is AttendeesVisibleTo.EVERYONE:
        return
    if visible_to is AttendeesVisibleTo.ORGANISER or not is_attending:
        raise AttendeesHidden(visible_to)
