"""Distribute the tables of a migrated database."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, ForeignKeyConstraint, text
from sqlalchemy.schema import AddConstraint

from adapters.postgres.citus.distribution import DISTRIBUTIONS, IS_DISTRIBUTED_TABLE, Distribution
from adapters.postgres.errors import translated_errors
from adapters.postgres.schema.migrate import migration_lock, retry_on_contention
from adapters.postgres.schema.version import NEWEST
from adapters.postgres.timeouts import MIGRATION_LOCK_TIMEOUT_S

HAS_EXTENSION = text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')")
HAS_WORKERS = text("SELECT EXISTS (SELECT FROM citus_get_active_worker_nodes())")
TABLES = text("""
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
        AND NOT EXISTS (
            SELECT FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
        )
""")
LOCAL_TABLES = {"alembic_version"}
DISTRIBUTED = text(f"""
    SELECT relname, {IS_DISTRIBUTED_TABLE} AS is_distributed, colocationid,
        column_to_column_name(logicalrelid, partkey) AS column_name
    FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid
    WHERE relnamespace = current_schema()::regnamespace
""")  # noqa: S608  # a constant
REFERENCES = text("""
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
    FROM pg_constraint
    WHERE contype = 'f' AND to_regclass(:name) IN (conrelid, confrelid)
""")
TRIGGERS = text("""
    SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)
    FROM pg_trigger WHERE tgrelid = to_regclass(:name) AND NOT tgisinternal
""")
DISTRIBUTE = text("""
    SELECT create_distributed_table(:name, :column, colocate_with => :colocate_with)
""")
# The rows remain in the coordinator's table, where no query sees them.
TRUNCATE_COPY = text("SELECT truncate_local_data_after_distributing_table(:name)")

OnProgress = Callable[[str, int, float], None]


class DistributionError(Exception):
    """The database cannot be distributed; the message is one line with the reason."""


def distribute(
    engine: Engine, on_progress: OnProgress, timeout_s: float = MIGRATION_LOCK_TIMEOUT_S
) -> None:
    """Distribute the tables that are not yet distributed, one transaction per table.

    Calls `on_progress` with the name, rows and seconds of each. After an interruption, run it
    again to continue. Takes turns with migrations. Raises DistributionError, Unavailable, or
    LocksHeld if a lock is not available within `timeout_s`.
    """
    with translated_errors(), migration_lock(engine) as connection:
        _check(connection)
        for each in _missing(connection):
            started = time.monotonic()
            rows = retry_on_contention(
                connection, timeout_s, partial(_distribute_table, connection, each)
            )
            on_progress(each.name, rows, time.monotonic() - started)


def _check(connection: Connection) -> None:
    """Raises DistributionError unless all tables can be distributed."""
    if not connection.execute(HAS_EXTENSION).scalar_one():
        raise DistributionError(
            "the extension citus is missing: run CREATE EXTENSION citus on all nodes."
        )
    if not connection.execute(HAS_WORKERS).scalar_one():
        raise DistributionError(
            "the database has no workers: add them with SELECT citus_add_node('host', 5432)."
        )
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None or revision < NEWEST:
        raise DistributionError(
            "the database is missing migrations of this version: first run "
            "python -m entrypoints.cli migrate."
        )
    known = LOCAL_TABLES | {each.name for each in DISTRIBUTIONS}
    unknown = sorted(set(connection.execute(TABLES).scalars()) - known)
    if unknown:
        raise DistributionError(
            f"this version does not know how to distribute {', '.join(unknown)}."
        )


def _missing(connection: Connection) -> Iterator[Distribution]:
    """The tables that are not distributed. Raises DistributionError if one is, differently."""
    for each in DISTRIBUTIONS:
        found = {row.relname: row for row in connection.execute(DISTRIBUTED)}
        connection.rollback()
        row = found.get(each.name)
        if row is None:
            yield each
        elif (row.is_distributed, row.column_name) != (True, each.column) or (
            each.colocated_with is not None
            and row.colocationid != found[each.colocated_with.name].colocationid
        ):
            raise DistributionError(f"{each.name} has been distributed in another way.")


def _distribute_table(connection: Connection, distribution: Distribution) -> int:
    """Returns the number of rows."""
    name = distribution.name
    # Waits for running transactions, and blocks others, so that no row is lost.
    connection.exec_driver_sql(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
    for statements in (REFERENCES, TRIGGERS):
        for statement in connection.execute(statements, {"name": name}).scalars().all():
            connection.exec_driver_sql(statement)
    for statement in distribution.changes:
        connection.exec_driver_sql(statement)
    count = f"SELECT count(*) FROM {name}"  # noqa: S608  # a constant
    rows: int = connection.exec_driver_sql(count).scalar_one()
    target = distribution.colocated_with
    connection.execute(
        DISTRIBUTE,
        {
            "name": name,
            "column": distribution.column,
            "colocate_with": "none" if target is None else target.name,
        },
    )
    connection.execute(TRUNCATE_COPY, {"name": name})
    for foreign_key in _foreign_keys(distribution):
        connection.execute(AddConstraint(foreign_key, isolate_from_table=False))
    connection.exec_driver_sql(f"ANALYZE {name}")
    connection.commit()
    return rows


def _foreign_keys(distribution: Distribution) -> Iterator[ForeignKeyConstraint]:
    """Those that hold within a shard."""
    for each in distribution.table.foreign_key_constraints:
        is_colocated = each.referred_table is distribution.colocated_with
        if is_colocated and each.column_keys == [distribution.column]:
            yield each
