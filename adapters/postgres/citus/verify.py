"""Verify a distributed database, in which places can't be joined with their users."""

from uuid import UUID

from sqlalchemy import Connection, Engine, Uuid, all_, any_, bindparam, except_, select, union
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.errors import translated_errors
from adapters.postgres.maintenance.verify import (
    COUNTS,
    Difference,
    Verification,
    differing,
    entries,
    seats,
)
from adapters.postgres.schema.tables import attendances, users, waitlist_entries

MISSING = bindparam("missing", type_=ARRAY(Uuid))
WITHOUT_ACCOUNT = bindparam("without_account", type_=ARRAY(Uuid))

_waiting = select(waitlist_entries.c.user_id)
# Citus reads each side in full, the first one first: a new user who takes a seat meanwhile is not
# missing.
_missing = except_(union(select(attendances.c.user_id).distinct(), _waiting), select(users.c.id))
_without_account = except_(_waiting, select(users.c.id).where(users.c.username.is_not(None)))
_differing = differing(
    seats(attendances, is_orphaned=attendances.c.user_id == any_(MISSING)),
    entries(
        waitlist_entries,
        is_orphaned=waitlist_entries.c.user_id == any_(MISSING),
        has_account=waitlist_entries.c.user_id != all_(WITHOUT_ACCOUNT),
    ),
)


def verify(engine: Engine) -> Verification:
    """Compare every event with its seats and waitlist. Reads the tables in full.

    An event is on one worker with its seats and waitlist, which are read in one snapshot. Accounts
    are read before. As they may be deleted meanwhile, differences are checked twice.

    Raises Unavailable.
    """
    # Snapshots do not span workers. Of several statements in a transaction, each has its own.
    statements = engine.execution_options(isolation_level="AUTOCOMMIT")
    with translated_errors(), statements.connect() as connection:
        event_count, seat_count = (connection.execute(each).scalar_one() for each in COUNTS)
        differences = _differences(connection)
        if differences:
            again = _differences(connection)
            differences = {key: again[key] for key in again if key in differences}
    return Verification(event_count, seat_count, tuple(differences.values()))


def _differences(connection: Connection) -> dict[UUID, Difference]:
    user_ids = {
        MISSING.key: connection.execute(_missing).scalars().all(),
        WITHOUT_ACCOUNT.key: connection.execute(_without_account).scalars().all(),
    }
    rows = connection.execute(_differing, user_ids).mappings()
    return {row["event_id"]: Difference(**row) for row in rows}
