"""A crash between the two phases of a commit leaves a transaction prepared on a worker.

The coordinator finishes it, within `citus.recover_2pc_interval` (a minute) by itself.
"""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from application.errors import Contended
from tests.builders import DAY, a_user, an_event
from tests.citus.crashes import run_on, shard_of
from tests.storage import add_all

# The coordinator's group, a process, and two numbers.
GID = "citus_0_1_99999_1"
TITLE = "Prepared"
START = datetime.now(UTC) + DAY


@pytest.fixture
def event(new_work):
    ada = a_user("ada")
    event = an_event(creator_id=ada.id, start_time=START)
    add_all(new_work, ada, event)
    return event


@pytest.fixture
def shard(engine, event):
    """The shard of the event, on which a transaction is prepared."""
    shard = shard_of(engine, event)
    change = f"UPDATE {shard.shard_name} SET title = '{TITLE}' WHERE id = '{event.id}'"
    prepared = run_on(engine, shard, f"BEGIN; {change}; PREPARE TRANSACTION '{GID}'")
    assert prepared.success, prepared.result
    yield shard
    run_on(engine, shard, f"ROLLBACK PREPARED '{GID}'")


def title_of(new_work, event):
    """Locks the event."""
    with new_work() as work:
        return work.events.get_for_update(event.id, attendee=event.creator_id).title


def recover(engine):
    with engine.begin() as connection:
        return connection.execute(text("SELECT recover_prepared_transactions()")).scalar_one()


def test_it_is_rolled_back_if_the_coordinator_did_not_commit(new_work, engine, event, shard):
    with pytest.raises(Contended):
        title_of(new_work, event)

    assert recover(engine) == 1

    assert title_of(new_work, event) == event.title


def test_it_is_committed_if_the_coordinator_committed(new_work, engine, event, shard):
    with engine.begin() as connection:
        record = text("INSERT INTO pg_dist_transaction (groupid, gid) VALUES (:groupid, :gid)")
        connection.execute(record, {"groupid": shard.groupid, "gid": GID})

    assert recover(engine) == 1

    assert title_of(new_work, event) == TITLE
