"""Account deletion in batches, and its interruptions."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from application.accounts import withdraw_from_events
from application.accounts.finish_deletions import FinishDeletions
from application.errors import OutcomeUnknown, Unavailable
from application.pages import PageRequest
from domain.accounts.errors import AccountDeleted
from domain.events.event import MICROSECOND
from domain.events.schedule import EventStatus
from domain.events.state import ACCOUNT_DELETED, NO_REASON, CancellationReason
from tests.builders import CLIENT_INFO, DAY, NOON
from tests.fakes.memory import MemoryUnitOfWork, MemoryUnitOfWorkFactory
from tests.unit.application.world import World

BATCH = 3
NUMBER = BATCH + 1


class FailingWorkFactory(MemoryUnitOfWorkFactory):
    """Make the database fail at a commit; 0 is the next one."""

    failing_commit = -1

    def __call__(self, caller=None):
        factory = self

        class FailingWork(MemoryUnitOfWork):
            def commit(self):
                factory.failing_commit -= 1
                if factory.failing_commit == -1:
                    raise Unavailable
                super().commit()

        return FailingWork(self.store, self.seat_metrics, caller)


def finish_deletions(world, **options):
    finish = FinishDeletions(
        world.log_in.accounts, world.delete_account.withdraw_from_events, world.clock
    )
    return finish(**options)


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(withdraw_from_events, "BATCH", BATCH)
    return World(FailingWorkFactory)


@pytest.fixture
def ada(world):
    """Ada, with more events than one batch, and as many drafts and seats in other events."""
    ada, grace = world.person("ada"), world.person("grace")
    for _ in range(NUMBER):
        world.published(ada)
        world.draft(ada)
        world.attend_event(world.published(grace).id, ada)
    return ada


def delete(world, ada):
    world.delete_account(ada, "ada's password", CLIENT_INFO)


def events(world):
    return world.store.committed.events


def states(world):
    return Counter(event.state for event in events(world).values())


DELETED = {"published": NUMBER, "cancelled": NUMBER}


def fail_at_commit(world, number):
    world.delete_account.new_work.failing_commit = number


def test_an_account_with_many_events_is_deleted_completely(world, ada):
    delete(world, ada)

    assert states(world) == DELETED
    assert not any(event.attendees_count for event in events(world).values())
    assert sum(given_back for _, given_back in world.seat_metrics.counted) == NUMBER
    assert finish_deletions(world) == 0


@pytest.mark.parametrize("batches", [0, 1, 2, 3])
def test_an_interrupted_deletion_can_be_finished(world, ada, batches):
    fail_at_commit(world, 1 + batches)

    with pytest.raises(OutcomeUnknown):
        delete(world, ada)

    found = states(world)
    left = found["draft"] + found["published"] + len(world.store.committed.attendances)
    assert left == 4 * NUMBER - batches * BATCH
    with pytest.raises(AccountDeleted):
        world.published(ada)
    assert finish_deletions(world, is_dry=True) == 1
    assert finish_deletions(world) == 1
    assert finish_deletions(world) == 0
    assert states(world) == DELETED
    assert not world.store.committed.attendances


def test_a_deletion_that_fails_at_once_changes_nothing(world, ada):
    fail_at_commit(world, 0)

    with pytest.raises(Unavailable):
        delete(world, ada)

    assert world.get_profile(ada)
    assert finish_deletions(world) == 0
    assert states(world) == {"published": 2 * NUMBER, "draft": NUMBER}


def test_events_that_start_before_a_deletion_is_finished_remain_but_drafts_do_not(world, ada):
    fail_at_commit(world, 1)
    with pytest.raises(OutcomeUnknown):
        delete(world, ada)

    world.clock.advance(DAY)

    assert finish_deletions(world) == 1
    assert finish_deletions(world) == 0
    assert states(world) == {"published": 2 * NUMBER}
    assert len(world.store.committed.attendances) == NUMBER


def test_a_draft_of_a_deleted_account_is_deleted_even_after_its_start(world, ada):
    mary = world.person("mary")
    kept = world.draft(mary)
    world.clock.advance(DAY)

    delete(world, ada)

    assert states(world) == {"published": 2 * NUMBER, "draft": 1}
    assert world.get_event(kept.id, mary) == replace(kept, status=EventStatus.ONGOING)


def test_own_events_are_called_off_with_the_reason_and_the_seats_of_others_are_kept(world, ada):
    mary = world.person("mary")
    event = world.published(ada)
    for each in (ada, mary):
        world.attend_event(event.id, each)

    delete(world, ada)

    seen = world.get_event(event.id, mary)
    assert (seen.state, seen.cancelled_at) == ("cancelled", NOON)
    assert seen.cancellation_reason == ACCOUNT_DELETED
    assert (seen.attendees_count, seen.is_attending) == (1, True)


def test_events_called_off_before_the_deletion_keep_their_reason_and_lose_the_seat(world):
    ada = world.person("ada")
    for _ in range(NUMBER):
        event = world.published(ada)
        world.attend_event(event.id, ada)
        world.call_off_event(event.id, ada, CancellationReason("It rains."))

    delete(world, ada)

    assert {each.cancellation_reason for each in events(world).values()} == {"It rains."}
    assert not any(each.attendees_count for each in events(world).values())
    assert finish_deletions(world) == 0


def test_seats_at_cancelled_events_of_others_are_given_back_until_the_start(world):
    ada, grace = world.person("ada"), world.person("grace")
    soon, later = world.published(grace), world.published(grace, start=2 * DAY)
    for event in (soon, later):
        world.attend_event(event.id, ada)
        world.call_off_event(event.id, grace, NO_REASON)
    world.clock.advance(DAY)

    delete(world, ada)

    assert events(world)[soon.id].attendees_count == 1
    assert events(world)[later.id].attendees_count == 0


def waitlists(world):
    """The entries of each waitlist that is not empty."""
    return [list(entries) for entries in world.store.committed.waitlists.values() if entries]


def full_event(world, creator, attendee, waiting, **fields):
    """An event with one seat, and the people who wait for it."""
    event = world.published(creator, capacity=1, **fields)
    world.attend_event(event.id, attendee)
    for person in waiting:
        world.join_waitlist(event.id, person)
    return event


def test_a_deletion_leaves_waitlists_and_promotes_the_first_in_line(world):
    ada, grace, mary, ruth = (world.person(name) for name in ("ada", "grace", "mary", "ruth"))
    attended = full_event(world, grace, ada, [mary, ruth])
    waited = full_event(world, grace, mary, [ada, ruth])

    delete(world, ada)

    assert waitlists(world) == [[ruth.user_id], [ruth.user_id]]
    assert world.get_event(attended.id, mary).is_attending
    for event in (attended, waited):
        view = world.get_event(event.id, ruth)
        assert (view.attendees_count, view.waitlist_count, view.waitlist_position) == (1, 1, 1)


def test_more_waitlists_than_one_batch_are_left(world):
    ada, grace = world.person("ada"), world.person("grace")
    for _ in range(NUMBER):
        full_event(world, grace, grace, [ada])

    fail_at_commit(world, 2)
    with pytest.raises(OutcomeUnknown):
        delete(world, ada)

    assert waitlists(world) == [[ada.user_id]] * (NUMBER - BATCH)
    assert finish_deletions(world, is_dry=True) == 1
    assert finish_deletions(world) == 1
    assert finish_deletions(world) == 0
    assert waitlists(world) == []
    assert not any(each.waitlist_count for each in events(world).values())


def test_a_deleted_account_is_not_promoted_while_its_deletion_is_unfinished(world):
    ada, grace, mary = (world.person(name) for name in ("ada", "grace", "mary"))
    event = full_event(world, grace, grace, [ada, mary])
    fail_at_commit(world, 1)
    with pytest.raises(OutcomeUnknown):
        delete(world, ada)
    entries = world.list_waitlist(event.id, PageRequest(10), grace).results
    assert [each.username for each in entries] == [None, "mary"]

    world.cancel_attendance(event.id, grace)

    assert world.get_event(event.id, mary).is_attending
    assert waitlists(world) == [[ada.user_id]]
    world.cancel_attendance(event.id, mary)  # nobody else is in line: the seat stays free
    assert world.get_event(event.id, grace).attendees_count == 0
    finish_deletions(world)
    assert waitlists(world) == []


def test_the_waitlists_of_own_events_end_with_them(world):
    ada, grace, mary = (world.person(name) for name in ("ada", "grace", "mary"))
    event = full_event(world, ada, ada, [grace, mary])

    delete(world, ada)

    view = world.get_event(event.id, grace)
    assert (view.state, view.attendees_count, view.waitlist_count) == ("cancelled", 0, 0)
    assert not view.is_attending


def test_the_waitlist_of_a_cancelled_event_is_left_until_its_start(world):
    ada, grace = world.person("ada"), world.person("grace")
    soon, later = (full_event(world, grace, grace, [ada], start=days * DAY) for days in (1, 2))
    for event in (soon, later):
        world.call_off_event(event.id, grace, NO_REASON)
    world.clock.advance(DAY)

    delete(world, ada)

    assert events(world)[soon.id].waitlist_count == 1  # until it is purged
    assert events(world)[later.id].waitlist_count == 0
    assert finish_deletions(world) == 0


@pytest.mark.parametrize("start", [MICROSECOND, timedelta(0)])
def test_an_event_is_called_off_until_its_start(world, start):
    ada = world.person("ada")
    event = world.published(ada, start=DAY + start)
    world.clock.advance(DAY)

    delete(world, ada)

    assert events(world)[event.id].state == ("cancelled" if start else "published")
