"""A pooler without free connections, or without a server."""

import psycopg2
import pytest

from application.errors import Unavailable
from tests.postgres import backend_of
from tests.scale.pooled import pooled_url, pooled_work
from tests.scale.pooler import a_pooler


def test_a_pooler_without_a_free_server_connection_raises_unavailable(sample_data, cluster):
    with (
        a_pooler(cluster.port, default_pool_size="1") as pooler,
        pooled_work(pooler, sample_data) as new_work,
    ):
        with new_work() as other:
            backend_of(other)  # opens the second connection
        with new_work() as work:
            backend_of(work)
            with pytest.raises(Unavailable) as exc_info, new_work() as other:
                backend_of(other)
            assert type(exc_info.value) is Unavailable


def test_a_pooler_that_accepts_no_more_clients_raises_unavailable(sample_data, cluster):
    with (
        a_pooler(cluster.port, max_client_conn="1") as pooler,
        pooled_work(pooler, sample_data) as new_work,
    ):
        connection = psycopg2.connect(pooled_url(pooler, sample_data))
        with pytest.raises(Unavailable), new_work():
            pass
        connection.close()


def test_a_server_that_the_pooler_cannot_reach_raises_unavailable(sample_data):
    with (
        a_pooler(1) as pooler,
        pooled_work(pooler, sample_data) as new_work,
        pytest.raises(Unavailable),
        new_work(),
    ):
        pass
