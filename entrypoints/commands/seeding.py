import secrets
from datetime import UTC, datetime
from random import Random

import click

from adapters.identifiers import new_id
from adapters.persistence.bulk import BulkWriter
from adapters.persistence.contents import analyze
from entrypoints.chosen_database import chosen_database
from entrypoints.commands.database import patient_engine, require_migrated
from entrypoints.commands.refusals import Refused
from entrypoints.container import Container
from entrypoints.settings import Settings, read_argon2_parameters

NO_KEY = ""  # no token is signed here


@click.command()
@click.option(
    "--people", type=click.IntRange(1, 10_000_000), default=100, show_default=True, metavar="N"
)
@click.option(
    "--events", type=click.IntRange(0, 10_000_000), default=60, show_default=True, metavar="N"
)
@click.option(
    "--seats",
    type=click.IntRange(0, 5_000),
    default=12,
    show_default=True,
    metavar="N",
    help="Taken at an event, on average, where there are as many people.",
)
@click.option("--seed", metavar="TEXT", help="Draw what was drawn with the same seed before.")
def seed_demo(people: int, events: int, seats: int, seed: str | None) -> None:
    """Add made-up people and events with seats taken, to look at or to measure with.

    Some events are over, some under way, most to come; some are full, some nobody attends. All the
    people have one password, which is new each time and told at the end. What is there stays as it
    is: run twice, it adds twice as many.

    Works on DATABASE_URL, or else on the database of make run.
    """
    try:
        # Drawing needs a package that is no part of the service.
        from entrypoints.seeding.events import Events
        from entrypoints.seeding.people import People
        from entrypoints.seeding.town import Town
    except ImportError as error:
        raise Refused(
            "the package faker is missing: make brings it, the image to deploy has it not."
        ) from error

    password = secrets.token_urlsafe(9)
    with chosen_database() as database:
        with patient_engine(database.url, is_autocommit=True) as engine:
            require_migrated(engine)
        settings = Settings(database.url, NO_KEY, argon2=read_argon2_parameters())
        password_hash = Container(settings=settings).hasher().hash(password)
        # Each with chances of its own: whose name is taken must not change the events.
        chance = Random(seed)
        people_chance, events_chance = Random(chance.random()), Random(chance.random())
        with (
            patient_engine(database.url) as engine,
            click.progressbar(length=people + events, label="People and events") as bar,
        ):
            town = Town(
                People(people_chance, new_id, password_hash),
                Events(events_chance, new_id, seats),
                BulkWriter(engine),
                datetime.now(UTC),
            )
            town.grow(people, events, seats, bar.update)
            analyze(engine)
    click.echo(f"{people} people and {events} events were added.")
    click.echo(f"Log in as {', '.join(town.usernames)}; the password of all is {password}")
