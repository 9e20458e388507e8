"""A pooler that has too little of something, or nothing behind it."""

import psycopg2
import pytest

from application.errors import Unavailable
from tests.postgres import backend_of
from tests.scale.pooled import Door, works_through
from tests.scale.pooler import a_pooler


def test_a_pooler_without_a_free_session_is_an_outage(town, cluster):
    with (
        a_pooler(cluster.port, default_pool_size="1") as pooler,
        works_through(pooler, town) as new_work,
    ):
        with new_work() as other:
            other.users.find_by_username("ada")  # so that there is a connection for it
        with new_work() as work:
            backend_of(work)
            with pytest.raises(Unavailable) as refusal, new_work() as other:
                other.users.find_by_username("ada")
            assert type(refusal.value) is Unavailable


def test_a_pooler_without_room_for_a_client_is_an_outage(town, cluster):
    with (
        a_pooler(cluster.port, max_client_conn="1") as pooler,
        works_through(pooler, town) as new_work,
    ):
        holder = psycopg2.connect(Door.through(pooler, town).database_url)
        with pytest.raises(Unavailable), new_work():
            pass
        holder.close()


def test_a_server_that_the_pooler_can_not_reach_is_an_outage(town):
    with (
        a_pooler(1) as pooler,
        works_through(pooler, town) as new_work,
        pytest.raises(Unavailable),
        new_work(),
    ):
        pass
