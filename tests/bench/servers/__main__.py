"""Compare the servers that could serve it: .venv/bin/python -m tests.bench.servers --help"""

import click

from tests.bench.loaded import a_console, a_loaded_dataset
from tests.bench.scenarios import SCENARIOS
from tests.bench.servers.candidates import AS_IT_SHIPS, CANDIDATES
from tests.bench.servers.report import load_table, process_table, write_json
from tests.bench.servers.visit import visit

MEASURED = ("list", "detail", "attend, many events")


@click.command(help="Each is started, asked and ended in turns; servers.json keeps what was seen.")
@click.option("--scale", default=1, show_default=True, envvar="BENCH_SCALE")
@click.option("--turns", default=5, show_default=True, help="And starts, of each server.")
@click.option("--seconds", default=5, show_default=True, help="Of each scenario in a turn.")
@click.option("--only", default="", help="Scenarios whose names begin so.")
@click.option("--servers", default="", help="Whose names begin so, beside what ships.")
def main(scale, turns, seconds, only, servers):
    console = a_console()
    scenarios = [s for s in SCENARIOS if s.name in MEASURED and s.name.startswith(only)]
    candidates = [c for c in CANDIDATES if c is AS_IT_SHIPS or c.name.startswith(servers)]
    seen = {candidate.name: [] for candidate in candidates}
    with a_loaded_dataset(scale, console) as data:
        prepared = {scenario: scenario.prepare(data) for scenario in scenarios}
        for number in range(1, turns + 1):
            for candidate in candidates:
                with console.status(f"{number} of {turns}: {candidate.name}"):
                    seen[candidate.name].append(visit(candidate, data, prepared, seconds))
    for scenario in scenarios:
        console.print(load_table(seen, scenario.name))
    console.print(process_table(seen))
    write_json(seen, scale, "servers.json")


if __name__ == "__main__":
    main()
