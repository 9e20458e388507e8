from datetime import timedelta

import click

from adapters.postgres.maintenance.expired_rows import purge as purge_expired
from adapters.postgres.reader import Reader
from adapters.system import SystemClock
from entrypoints.cli.database import maintenance_engine, require_migrated
from entrypoints.cli.selected_database import selected_database


@click.command()
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
    """Delete sessions, idempotency keys and counters of wrong passwords that have expired.

    The service can keep running: rows are deleted in small batches, and locked rows are skipped. A
    revoked session remains until all its tokens have expired.

    Uses DATABASE_URL, or the database of make run.
    """
    with (
        selected_database() as database,
        maintenance_engine(database.url, is_autocommit=True) as engine,
    ):
        require_migrated(engine)
        expired_before = SystemClock().now() - timedelta(days=days)
        counts = purge_expired(Reader(engine), expired_before, is_dry=is_dry)
    *others, last = (f"{count} {kind}" for kind, count in counts.items())
    result = f"{', '.join(others)} and {last}"
    click.echo(f"{result} {'would be' if is_dry else 'were'} deleted.")
