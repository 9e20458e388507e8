"""Crashes of a worker's PostgreSQL, caused through SQL."""

from collections.abc import Sequence

from sqlalchemy import Engine, Row, text

from domain.events.event import Event
from tests.concurrency import wait_until

# The shell's parent is a process of the server. If that is killed, the server ends all sessions and
# recovers from its WAL.
CRASH = "COPY (SELECT 1) TO PROGRAM 'kill -KILL $PPID'"
SHARD = text("""
    SELECT shard_name, nodename AS node_name, nodeport AS node_port, groupid
    FROM citus_shards JOIN pg_dist_node USING (nodename, nodeport)
    WHERE shardid = get_shard_id_for_distribution_column('events', :event_id)
""")
RUN = text("""
    SELECT success, result
    FROM master_run_on_worker(ARRAY[:host], ARRAY[CAST(:port AS int)], ARRAY[:command], false)
""")


def workers_of(engine: Engine) -> Sequence[Row]:
    with engine.connect() as connection:
        nodes = "SELECT node_name, node_port FROM citus_get_active_worker_nodes() ORDER BY 1, 2"
        return connection.execute(text(nodes)).all()


def shard_of(engine: Engine, event: Event) -> Row:
    """The shard of an event, and its worker."""
    with engine.connect() as connection:
        return connection.execute(SHARD, {"event_id": str(event.id)}).one()


def run_on(engine: Engine, worker: Row, command: str) -> Row:
    with engine.connect() as connection:
        values = {"host": worker.node_name, "port": worker.node_port, "command": command}
        return connection.execute(RUN, values).one()


def crash(engine: Engine, worker: Row) -> None:
    result = run_on(engine, worker, CRASH)
    if result.success:
        raise RuntimeError(f"{worker} is still running.")


def wait_for_worker(engine: Engine, worker: Row) -> None:
    """Wait until it has recovered."""
    wait_until(lambda: run_on(engine, worker, "SELECT 1").success, "the worker recovers")
