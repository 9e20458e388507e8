"""Account deletion in batches, and its interruptions."""

import pytest

from application.accounts import leave_upcoming_events
from application.accounts.finish_deletions import FinishDeletions
from application.errors import OutcomeUnknown, Unavailable
from domain.accounts.errors import AccountDeleted
from tests.builders import CLIENT_INFO, DAY
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
        world.log_in.accounts, world.delete_account.leave_upcoming_events, world.clock
    )
    return finish(**options)


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(leave_upcoming_events, "BATCH", BATCH)
    return World(FailingWorkFactory)


@pytest.fixture
def ada(world):
    """Ada, with more events than one batch, and as many seats in events of others."""
    ada, grace = world.person("ada"), world.person("grace")
    for _ in range(NUMBER):
        world.published(ada)
        world.attend_event(world.published(grace).id, ada)
    return ada


def delete(world, ada):
    world.delete_account(ada, "ada's password", CLIENT_INFO)


def events(world):
    return world.store.committed.events


def fail_at_commit(world, number):
    world.delete_account.new_work.failing_commit = number


def test_an_account_with_many_events_is_deleted_completely(world, ada):
    delete(world, ada)

    assert len(events(world)) == NUMBER
    assert not any(event.attendees_count for event in events(world).values())
    assert sum(given_back for _, given_back in world.seat_metrics.counted) == NUMBER
    assert finish_deletions(world) == 0


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_an_interrupted_deletion_can_be_finished(world, ada, batches):
    fail_at_commit(world, 1 + batches)

    with pytest.raises(OutcomeUnknown):
        delete(world, ada)

    left = len(events(world)) + len(world.store.committed.attendances)
    assert left == 3 * NUMBER - batches * BATCH
    with pytest.raises(AccountDeleted):
        world.published(ada)
    assert finish_deletions(world, is_dry=True) == 1
    assert finish_deletions(world) == 1
    assert finish_deletions(world) == 0
    assert len(events(world)) == NUMBER
    assert not world.store.committed.attendances


def test_a_deletion_that_fails_at_once_changes_nothing(world, ada):
    fail_at_commit(world, 0)

    with pytest.raises(Unavailable):
        delete(world, ada)

    assert world.get_profile(ada)
    assert finish_deletions(world) == 0
    assert len(events(world)) == 2 * NUMBER


def test_events_that_start_before_a_deletion_is_finished_remain(world, ada):
    fail_at_commit(world, 1)
    with pytest.raises(OutcomeUnknown):
        delete(world, ada)

    world.clock.advance(DAY)

    assert finish_deletions(world) == 0
    assert len(events(world)) == 2 * NUMBER
