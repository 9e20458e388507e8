import click

from entrypoints.cli.database import give_up_after, maintenance_engine
from entrypoints.cli.errors import CommandError
from entrypoints.cli.wording import counted


@click.command(short_help="Distribute the tables of DATABASE_URL with Citus.")
@give_up_after
def distribute(timeout_s: float) -> None:
    """Distribute the tables of DATABASE_URL, which leads to the coordinator of a Citus cluster.

    First stop the service and the workers. Each table is moved in one transaction. After an
    interruption, run it again: it continues with the next table. Then start the service with
    DATABASE_TYPE=citus. There is no way back except a backup.
    """
    # Imported here: other commands do not need Alembic.
    from adapters.postgres.citus.distribute import DistributionError
    from adapters.postgres.citus.distribute import distribute as distribute_database

    distributed = []

    def report(table: str, rows: int, seconds: float) -> None:
        distributed.append(table)
        click.echo(f"{table}: {counted(rows, 'row')}, {seconds:.1f} s")

    with maintenance_engine() as engine:
        try:
            distribute_database(engine, report, timeout_s)
        except DistributionError as error:
            raise CommandError(f"DATABASE_URL: {error}") from error
    if distributed:
        tables = counted(len(distributed), "table")
        click.echo(f"Distributed {tables}. Start the service with DATABASE_TYPE=citus.")
    else:
        click.echo("All tables are distributed: nothing to do.")
