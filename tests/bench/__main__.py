"""Measure the service: .venv/bin/python -m tests.bench --help"""

from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.bench.growth import growth, sizes
from tests.bench.loaded import loaded_dataset
from tests.bench.report import comparison_table, introduction, load_section
from tests.bench.scenarios import SCENARIOS
from tests.bench.services import THIS_TREE, floor, turnout
from tests.bench.turns import in_turns
from tests.generated import markdown
from tests.postgres import a_server

REFRESHABLE = 20_000


@click.command(help="Measure the service and, in turns, the floor or another checkout.")
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another checkout of Turnout, run with this virtualenv on the same database.",
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
def main(*, against, output, turns, seconds, only, scale, factor, settings):
    if against and output:
        raise click.UsageError("--against cannot be combined with --output.")
    scenarios = [each for each in SCENARIOS if each.name.startswith(only)]
    with ExitStack() as stack:
        server = stack.enter_context(a_server())
        progress = stack.enter_context(Progress(console=Console(stderr=True)))
        data = stack.enter_context(loaded_dataset(server, scale, progress, REFRESHABLE))
        bytes_of_rows = sizes(data)
        own_settings = dict(each.split("=", 1) for each in settings)
        with (
            turnout(THIS_TREE, data, own_settings) as service,
            turnout(against, data) if against else floor(data) as other,
        ):
            results = [
                in_turns(scenario, data, service, other, turns=turns, seconds=seconds)
                for scenario in progress.track(scenarios, description="Load")
            ]
        if against:
            blocks: list[str | Table] = [
                f"{THIS_TREE} compared with {against.resolve()}: medians of {turns} turns of "
                f"{seconds} s,\nand of the ratios of each pair of turns, with their range.",
                comparison_table(results),
            ]
        else:
            blocks = [
                *introduction(data),
                *load_section(results, turns, seconds),
                "## Bytes of a row",
                bytes_of_rows,
            ]
        if factor and not against:
            large = stack.enter_context(loaded_dataset(server, scale * factor, progress))
            blocks += growth(data, large)
    page = markdown(blocks)
    click.echo(page)
    if output:
        output.write_text(page)


if __name__ == "__main__":
    main()
