from uuid import uuid4

import pytest

from domain.events.access import AttendeesVisibleTo, require_attendees_visible
from domain.events.errors import AttendeesHidden

CREATOR = uuid4()
EVERYONE, ATTENDEES, ORGANISER = AttendeesVisibleTo


@pytest.mark.parametrize("visible_to", list(AttendeesVisibleTo))
@pytest.mark.parametrize("is_attending", [True, False])
def test_the_creator_may_always_list_the_attendees(visible_to, is_attending):
    require_attendees_visible(visible_to, CREATOR, CREATOR, is_attending=is_attending)


@pytest.mark.parametrize(
    ("visible_to", "is_attending"), [(EVERYONE, True), (EVERYONE, False), (ATTENDEES, True)]
)
def test_others_may_list_the_attendees(visible_to, is_attending):
    require_attendees_visible(visible_to, CREATOR, uuid4(), is_attending=is_attending)


@pytest.mark.parametrize(
    ("visible_to", "is_attending", "who"),
    [
        (ATTENDEES, False, "Only the organiser and the attendees can"),
        (ORGANISER, False, "Only the organiser can"),
        (ORGANISER, True, "Only the organiser can"),
    ],
)
def test_attendees_are_hidden_from_others(visible_to, is_attending, who):
    with pytest.raises(AttendeesHidden) as exc_info:
        require_attendees_visible(visible_to, CREATOR, uuid4(), is_attending=is_attending)

    assert exc_info.value.detail.startswith(who)
