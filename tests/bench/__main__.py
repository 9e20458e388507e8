"""Measure the service: .venv/bin/python -m tests.bench --help"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import URL

from tests.bench.growth import growth, sizes
from tests.bench.loaded import loaded_dataset
from tests.bench.peer import PeerData
from tests.bench.profiles import profiles
from tests.bench.report import comparison, introduction, load_section
from tests.bench.scenarios import SCENARIOS, Scenario
from tests.bench.services import THIS_TREE, Service, floor, turnout
from tests.bench.statements import statements_of
from tests.bench.turns import Loaded, Result, in_turns
from tests.generated import markdown
from tests.postgres import a_database, a_server

REFRESHABLE = 20_000


@dataclass(frozen=True)
class Benchmark:
    scenarios: Sequence[Scenario]
    turns: int
    seconds: int
    scale: int
    settings: Mapping[str, str]
    server: URL
    progress: Progress

    def in_turns(self, first: Loaded, second: Loaded) -> list[Result]:
        return [
            in_turns(scenario, first, second, turns=self.turns, seconds=self.seconds)
            for scenario in self.progress.track(self.scenarios, description="Load")
        ]

    def beside_floor(self, factor: int) -> list[str | Table]:
        with loaded_dataset(self.server, self.scale, self.progress, REFRESHABLE) as data:
            bytes_of_rows = sizes(data)
            with (
                turnout(THIS_TREE, data.database_url, self.settings) as service,
                floor(data.database_url) as other,
            ):
                results = self.in_turns((service, data), (other, data))
            statements = statements_of(self.scenarios, data)
            by_layer = profiles(self.scenarios, data)
            blocks = [
                *introduction(data),
                *load_section(results, statements, self.turns, self.seconds),
                "### Processor time of the service by layer",
                "Requests in one thread, with cProfile, without the HTTP server and the log.",
                by_layer,
                "## Bytes of a row",
                bytes_of_rows,
            ]
            if factor:
                with loaded_dataset(self.server, self.scale * factor, self.progress) as large:
                    blocks += growth(data, large)
        return blocks

    def against(self, tree: Path) -> list[str | Table]:
        with (
            loaded_dataset(self.server, self.scale, self.progress, REFRESHABLE) as data,
            turnout(THIS_TREE, data.database_url, self.settings) as service,
            turnout(tree, data.database_url) as other,
        ):
            results = self.in_turns((service, data), (other, data))
        return comparison(results, str(tree.resolve()), self.turns, self.seconds)

    def beside_peer(self, base_url: str) -> list[str | Table]:
        with (
            a_database(self.server) as url,
            turnout(THIS_TREE, url.render_as_string(hide_password=False), self.settings) as service,
        ):
            own, other = (
                (each, PeerData(each.base_url, self.progress))
                for each in (service, Service(base_url))
            )
            results = self.in_turns(own, other)
        return comparison(results, base_url, self.turns, self.seconds)


@click.command(help="Measure the service and, in turns, the floor or another checkout.")
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another checkout of Turnout, run with this virtualenv on the same database.",
)
@click.option(
    "--peer",
    metavar="URL",
    help="Another service with the same API, without rate limits. Both get their data through it.",
)
@click.option("--output", type=click.Path(path_type=Path), help="Also write the page to this file.")
@click.option("--turns", default=5, show_default=True, type=click.IntRange(1))
@click.option("--seconds", default=3, show_default=True, help="Length of a turn.")
@click.option("--only", default="", help="Only scenarios whose names start with this.")
@click.option("--scale", default=1, show_default=True, help="Size of the data: 1 is 10,000 events.")
@click.option(
    "--growth",
    "factor",
    default=10,
    show_default=True,
    help="Compare with data this many times larger; 0 skips the comparison.",
)
@click.option(
    "--setting",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting for the service of this checkout only, such as WEB_THREADS=8.",
)
def main(*, against, peer, output, turns, seconds, only, scale, factor, settings):
    if sum(map(bool, (against, peer, output))) > 1:
        raise click.UsageError("--against, --peer and --output cannot be combined.")
    # A peer's database cannot be reset.
    scenarios = [
        each
        for each in SCENARIOS
        if each.name.startswith(only) and not (peer and each.is_single_use)
    ]
    own_settings = dict(each.split("=", 1) for each in settings)
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(console=Console(stderr=True)))
        server = stack.enter_context(a_server())
        benchmark = Benchmark(scenarios, turns, seconds, scale, own_settings, server, progress)
        if against:
            blocks = benchmark.against(against)
        elif peer:
            blocks = benchmark.beside_peer(peer)
        else:
            blocks = benchmark.beside_floor(factor)
    page = markdown(blocks)
    click.echo(page)
    if output:
        output.write_text(page)


if __name__ == "__main__":
    main()
