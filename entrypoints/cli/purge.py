from datetime import timedelta

import click

from adapters.postgres.accounts.queries import PostgresAccountQueries
from adapters.postgres.citus.account_queries import CitusAccountQueries
from adapters.postgres.citus.expired_rows import rows_by_kind as citus_rows_by_kind
from adapters.postgres.citus.unit_of_work import CitusUnitOfWorkFactory
from adapters.postgres.maintenance.expired_rows import purge as purge_expired
from adapters.postgres.maintenance.expired_rows import rows_by_kind
from adapters.postgres.reader import Reader
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from adapters.system import SystemClock
from application.accounts.finish_deletions import FinishDeletions
from application.accounts.withdraw_from_events import WithdrawFromEvents
from entrypoints.cli.database import maintenance_engine, require_migrated
from entrypoints.cli.selected_database import selected_database
from entrypoints.cli.wording import counted
from entrypoints.settings import CITUS, read_database_type

PLURALS = {
    "webhook delivery": "webhook deliveries",
    "row of deleted accounts": "rows of deleted accounts",
}


@click.command(short_help="Delete expired rows.")
@click.option(
    "--older-than",
    "days",
    metavar="DAYS",
    type=click.IntRange(0, 36_500),
    default=1,
    show_default=True,
    help="Only delete what expired at least this long ago.",
)
@click.option("--dry-run", "is_dry", is_flag=True, help="Count only; delete nothing.")
def purge(days: int, is_dry: bool) -> None:
    """Delete expired rows, and finish interrupted account deletions.

    Deletes expired sessions, idempotency keys, wrong-password counters and mail tokens, the
    waitlists of events that have started or are cancelled, records of sent reminders, deliveries
    of deleted webhooks, and others 30 days after their last attempt. If the service stopped while
    it deleted an account, calls off the account's upcoming events, deletes its drafts, gives back
    its seats and leaves its waitlists. If the previous release deleted an account, deletes its
    webhooks, emails and verified address.

    The service can keep running: rows are deleted in small batches, and locked rows are skipped, or
    waited for on Citus. A revoked session remains until all its tokens have expired.

    Uses DATABASE_URL, or the database of make run.
    """
    is_citus = read_database_type() == CITUS
    with (
        selected_database() as database,
        maintenance_engine(database.url, is_autocommit=True) as engine,
    ):
        require_migrated(engine)
        clock, reader = SystemClock(), Reader(engine)
        new_work = (CitusUnitOfWorkFactory if is_citus else PostgresUnitOfWorkFactory)(engine)
        accounts = (CitusAccountQueries if is_citus else PostgresAccountQueries)(reader)
        expired = (citus_rows_by_kind if is_citus else rows_by_kind)(reader)
        finish_deletions = FinishDeletions(accounts, WithdrawFromEvents(new_work, clock), clock)
        finished = finish_deletions(is_dry=is_dry)
        expired_before = clock.now() - timedelta(days=days)
        counts = purge_expired(expired, expired_before, is_dry=is_dry)
    if finished:
        verb = "Would finish" if is_dry else "Finished"
        click.echo(f"{verb} {counted(finished, 'interrupted account deletion')}.")
    *others, last = (counted(count, kind, PLURALS.get(kind, "")) for kind, count in counts.items())
    result = f"{', '.join(others)} and {last}"
    click.echo(f"{result} {'would be' if is_dry else 'were'} deleted.")
