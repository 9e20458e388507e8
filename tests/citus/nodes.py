"""Changes of the coordinator's list of nodes, which apply to the database of the tests only."""

from contextlib import contextmanager

from sqlalchemy import text


@contextmanager
def inactive_workers(engine):
    _run(engine, "UPDATE pg_dist_node SET isactive = false WHERE groupid <> 0")
    try:
        yield
    finally:
        _run(engine, "UPDATE pg_dist_node SET isactive = true WHERE groupid <> 0")


@contextmanager
def worker_at(engine, host, port):
    """The coordinator looks for one of the workers at this address."""
    with engine.connect() as connection:
        node = connection.execute(
            text(
                "SELECT nodeid, nodename AS host, nodeport AS port FROM pg_dist_node"
                " WHERE groupid <> 0 LIMIT 1"
            )
        ).one()
    move = "UPDATE pg_dist_node SET nodename = :host, nodeport = :port WHERE nodeid = :nodeid"
    _run(engine, move, host=host, port=port, nodeid=node.nodeid)
    try:
        yield
    finally:
        _run(engine, move, **node._mapping)


def _run(engine, statement, **values):
    with engine.begin() as connection:
        connection.execute(text(statement), values)
