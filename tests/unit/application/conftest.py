import pytest

from tests.unit.application.world import World


@pytest.fixture
def world():
    return World()


@pytest.fixture
def ada(world):
    return world.person("ada")


@pytest.fixture
def grace(world):
    return world.person("grace")
