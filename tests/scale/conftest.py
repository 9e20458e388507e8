"""One PostgreSQL, one pooler, one Redis, two instances; each on a port of its own."""

from contextlib import ExitStack

import pytest

from tests.processes import a_free_port
from tests.redis_server import a_redis
from tests.sample_data import sample_data
from tests.scale.pooled import Door
from tests.scale.pooler import a_pooler
from tests.scale.round_robin import a_balancer
from tests.service import a_service
from tests.torture.clusters import a_cluster


@pytest.fixture(scope="session")
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def cluster():
    with a_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def town(cluster):
    with sample_data(cluster.host) as town:
        yield town


@pytest.fixture(scope="session")
def pooler(cluster, town):
    with a_pooler(cluster.port) as pooler:
        yield pooler


@pytest.fixture(scope="session")
def instances(town, pooler):
    """Two, as they ship; more connections than the pooler has sessions."""
    shared = {"DATABASE_POOLER": "transaction", "RATELIMIT_ENABLED": "true"}
    with ExitStack() as stack:
        redis = stack.enter_context(a_redis(a_free_port()))
        door = Door.through(pooler, town)
        yield [
            stack.enter_context(a_service(door, RATELIMIT_STORAGE_URI=redis, **shared))
            for _ in range(2)
        ]


@pytest.fixture
def balancer(instances):
    with a_balancer(*(each.base_url for each in instances)) as balancer:
        yield balancer
        assert len(balancer.asked) == 2  # both took part
