"""Requests a second of an instance, with and without a pooler: -m tests.measure.instances --help"""

import statistics
from contextlib import ExitStack
from dataclasses import replace

import click
from rich.progress import Progress
from rich.table import Table

from tests.bench.dataset import Dataset
from tests.bench.load import send
from tests.bench.loaded import a_console
from tests.bench.processors import spent
from tests.bench.scenarios import SCENARIOS
from tests.resilience.clusters import a_cluster
from tests.resilience.service import a_service
from tests.scale.door import Door
from tests.scale.pooler import a_pooler

MEASURED = ("list", "detail", "attend, many events", "attend, one hot event")
SESSIONS = "8"  # of PostgreSQL, as many as an instance opens by itself


@click.command(help="One instance by itself and one behind PgBouncer are asked in turns.")
@click.option("--turns", default=5, show_default=True)
@click.option("--seconds", default=3, show_default=True, help="Of each turn.")
def main(turns: int, seconds: int) -> None:
    console = a_console()
    with ExitStack() as stack:
        cluster = stack.enter_context(a_cluster())
        data = Dataset(f"postgresql://postgres@{cluster.host}/postgres")
        stack.callback(data.close)
        with Progress(console=console) as progress:
            data.load(progress)
        pooler = stack.enter_context(a_pooler(cluster.port, default_pool_size=SESSIONS))
        pooled = {"DATABASE_POOLER": "transaction"}
        services = [
            stack.enter_context(a_service(data)),
            stack.enter_context(a_service(Door.through(pooler, data), **pooled)),
        ]
        table = Table(
            "", "by itself: per second", "p99, ms", "pooled: per second", "p99, ms", "ratio"
        )
        costs = Table(
            "µs of a request", "service", "database", "pooled: service", "database", "pooler"
        )
        for scenario in SCENARIOS:
            if scenario.name not in MEASURED:
                continue
            with console.status(scenario.name):
                pairs = in_turns(scenario, data, services, pooler, turns=turns, seconds=seconds)
            table.add_row(scenario.name, *loads(pairs))
            costs.add_row(scenario.name, *processors(pairs))
        console.print(table, costs)


def in_turns(scenario, data, services, pooler, *, turns, seconds):
    prepared = scenario.prepare(data)

    def turn(service, seconds):
        before, pooler_before = spent(service, data), pooler.cpu_s()
        seen = send(service.base_url, prepared, seconds, is_spent=scenario.is_spent)
        service_us, database_us = before.per_request(spent(service, data), seen.requests)
        pooler_us = (pooler.cpu_s() - pooler_before) / seen.requests * 1e6
        if scenario.is_writing:
            data.reset()
        return replace(seen, service_us=service_us, database_us=database_us), pooler_us

    for service in services:
        turn(service, 1)  # so that both begin warm
    return [[turn(service, seconds) for service in services] for _ in range(turns)]


def loads(pairs):
    for turns in zip(*pairs, strict=True):
        yield f"{statistics.median(seen.per_second for seen, _ in turns):.0f}"
        yield f"{statistics.median(seen.p99_ms for seen, _ in turns):.1f}"
    ratios = [pooled.per_second / alone.per_second for (alone, _), (pooled, _) in pairs]
    yield f"{statistics.median(ratios):.2f}"


def processors(pairs):
    alone, pooled = zip(*pairs, strict=True)
    for turns in (alone, pooled):
        yield f"{statistics.median(seen.service_us for seen, _ in turns):.0f}"
        yield f"{statistics.median(seen.database_us for seen, _ in turns):.0f}"
    yield f"{statistics.median(pooler_us for _, pooler_us in pooled):.0f}"


if __name__ == "__main__":
    main()
