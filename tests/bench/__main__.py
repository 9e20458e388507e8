"""Measure the service beside the floor: .venv/bin/python -m tests.bench --help"""

from contextlib import ExitStack, contextmanager
from dataclasses import replace

import click

from tests.bench.argon2_loop import hash_in_a_loop
from tests.bench.load import send
from tests.bench.loaded import a_console, a_loaded_dataset
from tests.bench.processors import spent
from tests.bench.report import (
    Result,
    chart,
    load_table,
    misses,
    processor_table,
    write_json,
)
from tests.bench.scenarios import SCENARIOS
from tests.e2e.processes import a_free_port
from tests.resilience.service import AS_IT_SHIPS, a_service

FLOOR = "tests.bench.floor:create_app()"


@contextmanager
def a_bench(scale, console, settings):
    """The loaded data, the service and the floor."""
    with ExitStack() as stack:
        data = stack.enter_context(a_loaded_dataset(scale, console))
        yield (
            data,
            [
                stack.enter_context(a_service(data, AS_IT_SHIPS, **settings)),
                stack.enter_context(a_service(data, FLOOR)),
            ],
        )


@click.command(help="Both are asked in turns; bench.json and bench.svg keep what was seen.")
@click.option("--scale", default=1, show_default=True, envvar="BENCH_SCALE")
@click.option("--turns", default=5, show_default=True)
@click.option("--seconds", default=5, show_default=True, help="Of each turn.")
@click.option("--only", default="", help="Scenarios whose names begin so.")
@click.option("--metrics", is_flag=True, help="Let the service measure itself meanwhile.")
def main(scale, turns, seconds, only, metrics):
    console = a_console()
    results = []
    settings = {"METRICS_PORT": str(a_free_port())} if metrics else {}
    with a_bench(scale, console, settings) as (data, services):
        for scenario in SCENARIOS:
            if scenario.name.startswith(only):
                with console.status(scenario.name):
                    results.append(measured(scenario, data, services, turns, seconds))
    console.print(load_table(results), processor_table(results), sep="\n")
    for miss in misses(results):
        console.print(miss)
    write_json(results, scale, "bench.json")
    chart(results, "bench.svg")


def measured(scenario, data, services, turns, seconds):
    service, floor = services
    prepared = scenario.prepare(data)

    def turn(of, seconds):
        before = spent(of, data)
        seen = send(of.base_url, prepared, seconds, is_spent=scenario.is_spent)
        service_us, database_us = before.per_request(spent(of, data), seen.requests)
        if scenario.is_writing:
            data.reset()
        return replace(seen, service_us=service_us, database_us=database_us)

    def floor_turn():
        return hash_in_a_loop(seconds) if scenario.is_hashing else turn(floor, seconds)

    turn(service, 1)  # so that both begin warm
    if not scenario.is_hashing:
        turn(floor, 1)
    pairs = [(turn(service, seconds), floor_turn()) for _ in range(turns)]
    return Result(scenario, *zip(*pairs, strict=True))


if __name__ == "__main__":
    main()
