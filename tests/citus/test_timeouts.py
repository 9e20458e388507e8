"""Every wait for a lock or a worker has a limit."""

import socket

import pytest

from adapters.postgres.citus.event_queries import CitusEventQueries
from adapters.postgres.reader import Reader
from application.caller import Caller
from application.errors import Contended, Unavailable
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria
from tests.builders import NOON, a_user, an_event
from tests.citus.nodes import worker_at
from tests.storage import add_all

HOST = "127.0.0.1"


@pytest.fixture
def ada(new_work):
    user = a_user("ada")
    add_all(new_work, user)
    return user


def test_a_lock_on_a_worker_is_waited_for_as_long_as_the_setting_says(new_work, ada):
    event = an_event(creator_id=ada.id)
    add_all(new_work, event)

    with new_work() as holder:
        holder.events.get_for_update(event.id, attendee=ada.id)
        # The statement timeout would raise Unavailable.
        with pytest.raises(Contended), new_work() as work:
            work.events.get_for_update(event.id, attendee=ada.id)


def test_a_name_that_is_being_taken_is_waited_for_as_long(new_work):
    with new_work() as holder:
        holder.users.add(a_user("grace"))
        with pytest.raises(Contended), new_work() as work:
            work.users.add(a_user("Grace"))


@pytest.fixture
def hanging_worker(engine):
    """One of the workers accepts connections and never responds."""
    with (
        socket.create_server((HOST, 0)) as server,
        worker_at(engine, HOST, server.getsockname()[1]),
    ):
        yield


def test_a_list_fails_if_a_worker_hangs(citus_engine, ada, hanging_worker):
    queries = CitusEventQueries(Reader(citus_engine))

    with pytest.raises(Unavailable):
        queries.find(EventCriteria(), PageRequest(limit=1), Caller(ada.id), NOON)


def test_a_new_event_fails_if_a_worker_hangs(new_work, ada, hanging_worker):
    with pytest.raises(Unavailable):
        add_all(new_work, an_event(creator_id=ada.id))
