"""Who sees an event, and who sees its attendees."""

from enum import StrEnum
from uuid import UUID

from domain.events.errors import AttendeesHidden


class Visibility(StrEnum):
    """Unlisted events are only in the lists of their creator and attendees.

    Anyone who has the id can get them.
    """

    PUBLIC = "public"
    UNLISTED = "unlisted"


class AttendeesVisibleTo(StrEnum):
    """Who may list the attendees. Their number is public."""

    EVERYONE = "everyone"
    ATTENDEES = "attendees"
    ORGANISER = "organiser"


def require_attendees_visible(
    visible_to: AttendeesVisibleTo, creator_id: UUID, viewer_id: UUID, *, is_attending: bool
) -> None:
    """Raises AttendeesHidden. The creator is the organiser, and may always list them."""
    if viewer_id == creator_id or visible_to is AttendeesVisibleTo.EVERYONE:
        return
    if visible_to is AttendeesVisibleTo.ORGANISER or not is_attending:
        raise AttendeesHidden(visible_to)
