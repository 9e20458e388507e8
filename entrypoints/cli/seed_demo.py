import click

from entrypoints.cli.containers import container_on
from entrypoints.cli.database import require_migrated
from entrypoints.cli.errors import CommandError
from entrypoints.cli.selected_database import selected_database
from entrypoints.cli.wording import counted

MAX_COUNT = 1_000_000


@click.command(context_settings={"show_default": True})
@click.option("--people", type=click.IntRange(1, MAX_COUNT), default=100, help="People to add.")
@click.option("--events", type=click.IntRange(0, MAX_COUNT), default=60, help="Events to add.")
@click.option("--seats", type=click.IntRange(0, 5_000), default=12, help="Average seats taken.")
@click.option("--seed", metavar="TEXT", help="Generate the same names and texts again.")
def seed_demo(people: int, events: int, seats: int, seed: str | None) -> None:
    """Add made-up people, events and seats.

    Some events are past, some ongoing, most upcoming; some are full, some empty; a few are drafts,
    cancelled or unlisted, or have a registration window. Full upcoming events have a waitlist. All
    accounts have the same password, generated on each run and printed at the end, even after
    Ctrl-C. Existing data remains; a second run adds as much again.

    Uses DATABASE_URL, or the database of make run.
    """
    try:
        from entrypoints.cli.seeder import Seeder
    except ImportError as error:
        raise CommandError("seed-demo needs the package faker, which make run installs.") from error

    with selected_database() as database:
        container = container_on(database.url)
        require_migrated(container.engine())
        seeder = Seeder(container, seed)
        rows = people + events * (1 + seats)
        try:
            with click.progressbar(length=rows, label="People, events and seats") as bar:
                seeder.run(people, events, seats, bar.update)
        finally:
            container.engine().dispose()
            if seeder.people:
                names = ", ".join(person.username for person in seeder.known_people)
                click.echo(f"Log in as {names}. The password of all: {seeder.password.secret}")
    click.echo(f"Added {counted(people, 'person', 'people')} and {counted(events, 'event')}.")
