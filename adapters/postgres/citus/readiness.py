"""Check whether a distributed database can be used."""

from adapters.postgres.citus.distribution import DISTRIBUTIONS, IS_DISTRIBUTED_TABLE
from adapters.postgres.errors import MigrationsMissing
from adapters.postgres.reader import Reader
from adapters.postgres.schema.version import (
    NEWEST,
    NO_MIGRATIONS,
    connection_errors,
    has_all_migrations,
)
from application.errors import NotReady

# A worker whose connection hangs is only known when the statement times out.
NO_RESPONSE = "The database or one of its workers does not respond."
NOT_DISTRIBUTED = "The database is not distributed: run python -m entrypoints.cli distribute."
# In milliseconds. Shorter than the statement timeout, so that the result names the worker.
WORKER_CONNECT_TIMEOUT = 500
CHECK = f"""
    SET LOCAL citus.node_connection_timeout = {WORKER_CONNECT_TIMEOUT};
    SELECT
        (SELECT max(version_num) FROM alembic_version) AS revision,
        ARRAY(
            SELECT relname::text FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid
            WHERE relnamespace = current_schema()::regnamespace AND {IS_DISTRIBUTED_TABLE}
        ) AS tables,
        ARRAY(
            SELECT nodename || ':' || nodeport FROM pg_dist_node
            WHERE isactive AND noderole = 'primary' AND shouldhaveshards
                AND NOT citus_check_connection_to_node(nodename, nodeport)
        ) AS unreachable
"""  # noqa: S608  # a constant


def check_readiness(reader: Reader) -> None:
    """Raises NotReady with the reason unless requests can be served."""
    with connection_errors(NO_RESPONSE):
        try:
            [row] = reader.rows(CHECK, {})
        except MigrationsMissing:  # or the extension is missing
            row, is_migrated = None, has_all_migrations(reader)
        else:
            is_migrated = row.revision is not None and row.revision >= NEWEST
    if not is_migrated:
        raise NotReady(NO_MIGRATIONS)
    if row is None or not row.tables:
        raise NotReady(NOT_DISTRIBUTED)
    for each in DISTRIBUTIONS:
        if each.name not in row.tables:
            raise NotReady(
                f"The table {each.name} is not distributed: run python -m entrypoints.cli "
                "distribute."
            )
    if row.unreachable:
        raise NotReady(f"The worker {row.unreachable[0]} does not respond.")
