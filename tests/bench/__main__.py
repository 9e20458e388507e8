"""Measure the service beside the floor: .venv/bin/python -m tests.bench --help"""

import statistics
from contextlib import ExitStack

import click
from rich.console import Console
from rich.progress import Progress

from tests.bench.argon2_loop import hash_in_a_loop
from tests.bench.dataset import Dataset
from tests.bench.load import send
from tests.bench.scenarios import LOGIN, SCENARIOS
from tests.postgres import a_database, a_server
from tests.resilience.service import AS_IT_SHIPS, a_service

FLOOR = "tests.bench.floor:create_app()"


@click.command()
@click.option("--scale", default=1, show_default=True, envvar="BENCH_SCALE")
@click.option("--turns", default=5, show_default=True)
@click.option("--seconds", default=4, show_default=True, help="Of each turn.")
@click.option("--only", default="", help="Scenarios whose names begin so.")
def main(scale, turns, seconds, only):
    chosen = [scenario for scenario in SCENARIOS if scenario.name.startswith(only)]
    console = Console()
    with ExitStack() as stack:
        server = stack.enter_context(a_server())
        url = stack.enter_context(a_database(server, migrated=False))
        data = Dataset(url.set(drivername="postgresql").render_as_string(False), scale)
        stack.callback(data.close)
        with Progress(console=console) as progress:
            data.load(progress)
        services = {
            "turnout": stack.enter_context(a_service(data, AS_IT_SHIPS)).base_url,
            "floor": stack.enter_context(a_service(data, FLOOR)).base_url,
        }
        for scenario in chosen:
            prepared = scenario.prepare(data)
            seen = {name: [] for name in services}
            for base_url in services.values():
                send(base_url, prepared[:100], 1) if not scenario.is_writing else None
            for _ in range(turns):
                for name, base_url in services.items():
                    if scenario is LOGIN and name == "floor":
                        seen[name].append(hash_in_a_loop(seconds))
                        continue
                    seen[name].append(send(base_url, prepared, seconds))
                    if scenario.is_writing:
                        data.reset()
            report(console, scenario, seen)


def report(console, scenario, seen):
    ratios = [
        a.per_second / b.per_second for a, b in zip(seen["turnout"], seen["floor"], strict=True)
    ]
    for name, turns in seen.items():
        console.print(
            f"{scenario.name:25} {name:8} "
            f"{statistics.median(t.per_second for t in turns):8.0f}/s "
            f"p50 {statistics.median(t.p50_ms for t in turns):7.2f} "
            f"p99 {statistics.median(t.p99_ms for t in turns):7.2f}"
        )
    console.print(f"  ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
