"""How many shards a request queries: Citus starts a task for each."""

from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from adapters.postgres.accounts.sessions import LOCK as LOCK_SESSION
from adapters.postgres.citus.accounts import LOCK_ACCOUNT
from adapters.postgres.citus.event_queries import DETAIL
from adapters.postgres.citus.events import SEAT_CHANGES
from adapters.postgres.events.writes import LOAD_SEATS, LOCK, SeatChange, update_event
from adapters.postgres.reader import Reader
from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria
from entrypoints.container import Container
from tests.applications import a_container
from tests.builders import DAY, a_session, a_user, an_event
from tests.citus.tasks import recorded_tasks
from tests.storage import add_all

NOW = datetime.now(UTC)
PAGE = PageRequest(limit=10)
# The check of the caller's session.
SESSION = {"sessions": 1}
# The account of the creator.
NAMES = {"users": 1}


@pytest.fixture
def container(distributed):
    with a_container(distributed, database_pool_size=1) as container:
        yield container


@pytest.fixture
def shards(engine):
    with engine.connect() as connection:
        of_events = "SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = 'events'::regclass"
        return connection.execute(text(of_events)).scalar_one()


@pytest.fixture
def ada(container):
    return member(container, "ada")


def member(container: Container, name: str) -> Caller:
    user = a_user(name)
    session = a_session(user_id=user.id, created_at=NOW, expires_at=NOW + DAY)
    add_all(container.work(), user, session)
    return Caller(user.id, session.id, NOW)


@pytest.fixture
def event(container, ada):
    event = an_event(creator_id=ada.user_id, start_time=NOW + 7 * DAY, capacity=1)
    add_all(container.work(), event)
    return event


def tasks_of(container, act):
    """The number of tasks by table, and whether they were committed in two phases."""
    with recorded_tasks(container.engine()) as notices:
        act()
    return dict(Counter(notices.tasks)), notices.is_two_phase_commit


def test_a_seat_is_taken_on_the_worker_of_its_event(container, ada, event):
    attend = container.use_cases().attend_event

    tasks, is_two_phase = tasks_of(container, lambda: attend(event.id, ada))

    # Locked, read with the seat, and updated; a new seat, and a message.
    on_one_shard = {"events": 2, "attendances": 2, "outbox": 1}
    assert tasks == SESSION | {"users": 1} | on_one_shard
    assert not is_two_phase


def test_a_seat_is_given_back_on_the_worker_of_its_event(container, ada, event):
    use_cases = container.use_cases()
    use_cases.attend_event(event.id, ada)

    tasks, is_two_phase = tasks_of(container, lambda: use_cases.cancel_attendance(event.id, ada))

    assert tasks == SESSION | {"events": 2, "attendances": 2, "outbox": 1}
    assert not is_two_phase


def test_a_promotion_is_on_the_worker_of_its_event(container, ada, event):
    use_cases, grace = container.use_cases(), member(container, "grace")
    use_cases.attend_event(event.id, ada)
    use_cases.join_waitlist(event.id, grace)

    tasks, is_two_phase = tasks_of(container, lambda: use_cases.cancel_attendance(event.id, ada))

    assert not set(tasks.values()) & {each for each in tasks.values() if each > 3}
    assert not is_two_phase


def test_the_deletion_of_an_account_looks_for_its_events_once_in_each_shard(
    container, ada, event, shards
):
    use_cases, grace = container.use_cases(), member(container, "grace")
    use_cases.attend_event(event.id, grace)

    def leave():
        with container.work()() as work:
            [found] = work.events.affected_by_deletion_for_update(grace.user_id, NOW, 10)
            assert found.seat.is_taken

    assert tasks_of(container, leave) == ({"events": shards + 1, "attendances": 1}, False)


def test_an_event_is_one_shard_and_its_creator_another(container, ada, event):
    tasks, _ = tasks_of(container, lambda: container.use_cases().get_event(event.id, ada))

    assert tasks == SESSION | {"attendances": 1} | NAMES


def test_a_list_queries_all_shards_of_the_events_once(container, ada, event, shards):
    find = container.event_queries().find
    page = PageRequest(limit=10, is_counted=False)

    tasks, _ = tasks_of(container, lambda: find(EventCriteria(), page, ada, NOW))

    assert tasks == SESSION | {"attendances": shards} | NAMES


@pytest.mark.parametrize(
    "criteria",
    [{"creator": "ada"}, {"attending": True}, {"created": True}, {"waiting": True}],
    ids=str,
)
def test_no_filter_narrows_a_list_to_one_shard(container, ada, event, shards, criteria):
    find = container.event_queries().find
    page = PageRequest(limit=10, is_counted=False)

    tasks, _ = tasks_of(container, lambda: find(EventCriteria(**criteria), page, ada, NOW))

    assert tasks["attendances"] == shards


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("session", LOCK_SESSION),
        ("detail", DETAIL),
        ("lock", LOCK),
        ("seat", LOAD_SEATS),
        ("account", LOCK_ACCOUNT),
        ("attend", SEAT_CHANGES[SeatChange.TAKEN]),
        ("cancel", SEAT_CHANGES[SeatChange.GIVEN_BACK]),
        ("count", update_event(frozenset({"attendees_count"}), None)),
    ],
    ids=str,
)
def test_explain_shows_one_task(citus_engine, name, sql):
    ids = dict.fromkeys(("event_id", "user_id", "session_id", "viewer_id", "attendee"), uuid4())
    values = ids | {"registered_at": NOW, "attendees_count": 0}

    plan = [row[0].strip() for row in Reader(citus_engine).rows(f"EXPLAIN {sql}", values)]

    assert "Task Count: 1" in plan
