from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

import pytest

from application.errors import Contended
from tests.builders import DAY
from tests.fakes.memory import (
    MemoryEventRepository,
    MemoryUnitOfWork,
    MemoryUnitOfWorkFactory,
)
from tests.unit.application.world import World


class ContendedUnitOfWork(MemoryUnitOfWork):
    """Others are in the way of each first attempt to commit."""

    def __init__(self, store, seat_metrics, caller, turns):
        super().__init__(store, seat_metrics, caller)
        self._turns = turns

    def commit(self):
        if next(self._turns):
            raise Contended
        super().commit()


@dataclass
class ContendedUnitOfWorkFactory(MemoryUnitOfWorkFactory):
    turns: Iterator[bool] = field(default_factory=lambda: cycle([True, False]))

    def __call__(self, caller=None):
        return ContendedUnitOfWork(self.store, self.seat_metrics, caller, self.turns)


@pytest.fixture(params=[MemoryUnitOfWorkFactory, ContendedUnitOfWorkFactory])
def world(request):
    """With the second, every other commit raises Contended: the call is repeated as a whole."""
    return World(request.param)


@pytest.fixture
def ada(world):
    return world.person("ada")


@pytest.fixture
def grace(world):
    return world.person("grace")


@pytest.fixture
def wait_a_day_for_locks(world, monkeypatch):
    """Once called, each lock of an event takes a day."""
    get_for_update = MemoryEventRepository.get_for_update

    def wait(*arguments, **names):
        world.clock.advance(DAY)
        return get_for_update(*arguments, **names)

    return lambda: monkeypatch.setattr(MemoryEventRepository, "get_for_update", wait)
