import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from random import Random
from typing import Any, Protocol, TypeVar

import click

from adapters.identifiers import new_id
from adapters.persistence.bulk import BulkWriter
from adapters.persistence.contents import analyze
from adapters.security.argon2_hasher import Argon2Hasher
from entrypoints.chosen_database import chosen_database
from entrypoints.commands.database import patient_engine, require_migrated
from entrypoints.commands.refusals import Refused
from entrypoints.settings import read_argon2_parameters

Command = TypeVar("Command", bound=Callable[..., Any])


class Decorator(Protocol):
    def __call__(self, command: Command, /) -> Command: ...


def _number(name: str, least: int, most: int, *, default: int, told: str) -> Decorator:
    bounds = click.IntRange(least, most)
    return click.option(
        name, type=bounds, default=default, show_default=True, metavar="N", help=told
    )


@click.command(short_help="Add made-up people and events.")
@_number("--people", 1, 10_000_000, default=100, told="People to add.")
@_number("--events", 0, 10_000_000, default=60, told="Events to add.")
@_number("--seats", 0, 5_000, default=12, told="Seats taken at an event, on average.")
@click.option("--seed", metavar="TEXT", help="Draw the names and texts of this seed once more.")
def seed_demo(people: int, events: int, seats: int, seed: str | None) -> None:
    """Add made-up people and events with seats taken, to look at or to measure with.

    Some events are over, some under way, most to come; some are full, some nobody attends. All the
    people have one password, which is new each time and told at the end, also where that comes too
    soon. What is there stays as it is: run twice, it adds twice as many.

    Works on DATABASE_URL, or else on the database of make run.
    """
    try:
        # Drawing needs a package that is no part of the service.
        from entrypoints.seeding.events import Events
        from entrypoints.seeding.people import People
        from entrypoints.seeding.town import Town
    except ImportError as error:
        raise Refused(
            "the package faker is missing: make installs it, and the image to deploy has it not."
        ) from error

    argon2 = read_argon2_parameters()
    password = secrets.token_urlsafe(9)
    with chosen_database() as database:
        with patient_engine(database.url, is_autocommit=True) as engine:
            require_migrated(engine)
        password_hash = Argon2Hasher(argon2, memory_mib=0).hash(password)
        # Each with chances of its own: whose name is taken must not change the events.
        people_chance, events_chance = _chances(seed)
        with (
            ExitStack() as afterwards,
            patient_engine(database.url) as engine,
            click.progressbar(length=people + events, label="People and events") as bar,
        ):
            town = Town(
                People(people_chance, new_id, password_hash),
                Events(events_chance, new_id, seats),
                BulkWriter(engine),
                datetime.now(UTC),
            )
            # Who was added stays, even if it breaks off.
            afterwards.callback(_tell, town.usernames, password)
            town.grow(people, events, seats, bar.update)
            analyze(engine)
    click.echo(f"{people} people and {events} events were added.")


def _tell(usernames: Sequence[str], password: str) -> None:
    if usernames:
        click.echo(f"Log in as {', '.join(usernames)}; the password of all is {password}")


def _chances(seed: str | None) -> tuple[Random, Random]:
    chance = Random(seed)  # noqa: S311  # no secrets are drawn
    return Random(chance.random()), Random(chance.random())  # noqa: S311
