from uuid import uuid4

import pytest

from application.errors import Unavailable
from application.events import export_attendees
from application.events.export_attendees import ExportAttendees
from application.pages import PageRequest
from domain.events.errors import EventNotFound, NotEventCreator
from tests.builders import HOUR
from tests.fakes.memory_queries import MemoryEventQueries


@pytest.fixture
def event(world, ada):
    return world.published(ada, capacity=20)


@pytest.fixture
def guests(world, event):
    guests = [world.person(f"guest{number}") for number in range(7)]
    for guest in guests:
        world.attend_event(event.id, guest)
    return guests


def ids_of(people):
    return [person.user_id for person in people]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    monkeypatch.setattr(export_attendees, "PAGE", 3)


def test_the_creator_gets_all_attendees_in_list_order(world, ada, event, guests):
    pages = list(world.export_attendees(event.id, ada))

    assert [len(page) for page in pages] == [3, 3, 1]
    listed = world.list_attendees(event.id, PageRequest(100), ada).results
    assert [attendee for page in pages for attendee in page] == listed
    assert [attendee.id for attendee in listed] == ids_of(guests)


@pytest.mark.parametrize("count", [0, 3])
def test_few_or_no_attendees_fit_on_one_page(world, ada, count):
    event = world.published(ada, capacity=20)
    for number in range(count):
        world.attend_event(event.id, world.person(f"guest{number}"))

    assert [len(page) for page in world.export_attendees(event.id, ada)] == [count]


def test_only_the_creator_may_export_attendees(world, event, guests):
    for person in (guests[0], world.person("grace")):
        with pytest.raises(NotEventCreator):
            world.export_attendees(event.id, person)


def test_an_unknown_event_is_an_error(world, ada):
    with pytest.raises(EventNotFound):
        world.export_attendees(uuid4(), ada)


def test_an_attendee_who_leaves_and_returns_meanwhile_appears_once(world, ada, event, guests):
    pages = world.export_attendees(event.id, ada)
    met = [attendee.id for attendee in next(pages)]
    world.clock.advance(HOUR)
    for guest in guests[:3]:
        world.cancel_attendance(event.id, guest)
        world.attend_event(event.id, guest)
    world.attend_event(event.id, world.person("late"))

    met += [attendee.id for page in pages for attendee in page]

    assert met == ids_of(guests)


class FailsFrom(MemoryEventQueries):
    """Its first pages are fine."""

    pages_left = 1

    def attendees(self, event_id, page_request, caller):
        if self.pages_left == 0:
            raise Unavailable
        self.pages_left -= 1
        return super().attendees(event_id, page_request, caller)


def test_an_error_on_the_first_page_is_raised_immediately(world, ada, event, guests):
    events = FailsFrom(world.store)
    events.pages_left = 0

    with pytest.raises(Unavailable):
        ExportAttendees(events, world.clock)(event.id, ada)


def test_an_error_on_a_later_page_ends_the_export(world, ada, event, guests):
    pages = ExportAttendees(FailsFrom(world.store), world.clock)(event.id, ada)

    assert len(next(pages)) == 3
    with pytest.raises(Unavailable):
        next(pages)


def test_pages_are_read_only_when_needed(world, ada, event, guests):
    events = FailsFrom(world.store)

    next(ExportAttendees(events, world.clock)(event.id, ada))

    assert events.pages_left == 0


def test_an_export_ends_while_people_keep_registering(world, ada, event, guests):
    pages = world.export_attendees(event.id, ada)
    met = [attendee.id for attendee in next(pages)]
    world.clock.advance(HOUR)
    for number in range(12):
        world.attend_event(event.id, world.person(f"late-{number}"))

    rest = list(pages)

    assert met + [attendee.id for page in rest for attendee in page] == ids_of(guests)
    assert len([page for page in rest if not page]) <= 1
