"""One PostgreSQL, one pooler, one Redis and two instances, each on its own port."""

from contextlib import ExitStack

import pytest

from tests.processes import free_port
from tests.redis_server import a_redis
from tests.sample_data import sample_database
from tests.scale.pooled import pooled_url
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
def sample_data(cluster):
    with sample_database(cluster.host) as sample_data:
        yield sample_data


@pytest.fixture(scope="session")
def pooler(cluster, sample_data):
    with a_pooler(cluster.port) as pooler:
        yield pooler


@pytest.fixture(scope="session")
def instances(sample_data, pooler):
    """Two instances with more connections than the pooler has server connections."""
    shared = {"DATABASE_POOLER": "transaction", "RATELIMIT_ENABLED": "true"}
    with ExitStack() as stack:
        redis = stack.enter_context(a_redis(free_port()))
        url = pooled_url(pooler, sample_data)
        yield [
            stack.enter_context(a_service(url, RATELIMIT_STORAGE_URI=redis, **shared))
            for _ in range(2)
        ]


@pytest.fixture
def balancer(instances):
    with a_balancer(*(each.base_url for each in instances)) as balancer:
        yield balancer
        assert len(balancer.request_counts) == 2  # both instances were used
