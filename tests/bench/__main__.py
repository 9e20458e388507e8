"""Measure the service beside the floor: .venv/bin/python -m tests.bench --help"""

from contextlib import ExitStack, contextmanager

import click
from rich.console import Console
from rich.progress import Progress

from tests.bench.argon2_loop import hash_in_a_loop
from tests.bench.dataset import Dataset
from tests.bench.load import send
from tests.bench.report import Result, chart, table, write_json
from tests.bench.scenarios import SCENARIOS
from tests.postgres import a_database, a_server
from tests.resilience.service import AS_IT_SHIPS, a_service

FLOOR = "tests.bench.floor:create_app()"


@contextmanager
def a_bench(scale, console):
    """The loaded data, and the base addresses of the service and of the floor."""
    with ExitStack() as stack:
        server = stack.enter_context(a_server())
        url = stack.enter_context(a_database(server, migrated=False))
        database_url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        data = Dataset(database_url, scale)
        stack.callback(data.close)
        with Progress(console=console) as progress:
            data.load(progress)
        services = [stack.enter_context(a_service(data, app)) for app in (AS_IT_SHIPS, FLOOR)]
        yield data, [service.base_url for service in services]


@click.command(help="Both are asked in turns; bench.json and bench.svg keep what was seen.")
@click.option("--scale", default=1, show_default=True, envvar="BENCH_SCALE")
@click.option("--turns", default=5, show_default=True)
@click.option("--seconds", default=5, show_default=True, help="Of each turn.")
@click.option("--only", default="", help="Scenarios whose names begin so.")
def main(scale, turns, seconds, only):
    console = Console()
    results = []
    with a_bench(scale, console) as (data, addresses):
        for scenario in SCENARIOS:
            if scenario.name.startswith(only):
                with console.status(scenario.name):
                    results.append(measured(scenario, data, addresses, turns, seconds))
    console.print(table(results))
    write_json(results, scale, "bench.json")
    chart(results, "bench.svg")


def measured(scenario, data, addresses, turns, seconds):
    service, floor = addresses
    prepared = scenario.prepare(data)

    def turn(base_url, seconds):
        seen = send(base_url, prepared, seconds, is_spent=scenario.is_spent)
        if scenario.is_writing:
            data.reset()
        return seen

    def floor_turn():
        return hash_in_a_loop(seconds) if scenario.is_hashing else turn(floor, seconds)

    turn(service, 1)  # so that both begin warm
    if not scenario.is_hashing:
        turn(floor, 1)
    pairs = [(turn(service, seconds), floor_turn()) for _ in range(turns)]
    return Result(scenario, *zip(*pairs, strict=True))


if __name__ == "__main__":
    main()
