import pytest

from tests.unit.application.world import World


@pytest.fixture
def world():
    return World()
