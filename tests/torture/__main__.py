"""Every scenario at its full size: make torture"""

import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.generated import markdown, provenance, table
from tests.sample_data import sample_data
from tests.service import WITHOUT_LOCKS, a_service
from tests.torture import contention, exhaustion, outages, process_failures, unresponsive_database
from tests.torture.clusters import a_cluster
from tests.torture.report import Report

PAGE = Path("docs/torture.md")
INTRODUCTION = (
    "# Torture",
    "`make torture` writes this page when all of it holds; [reliability](reliability.md) explains "
    "it.",
)


def overselling_is_found(town) -> Report:
    """The kit at work on a service without the row lock: it must have something to say."""
    with a_service(town, WITHOUT_LOCKS) as service:
        broken = contention.rush(town, service.base_url, people=500, seats=50)
    report = Report("row lock taken out: the kit reports overselling", broken.figures)
    report.must(any("rows" in each for each in broken.violations), "it found nothing")
    return report


def scenarios(cluster, town, service):
    base_url = service.base_url
    return [
        partial(contention.rush, town, base_url, people=500, seats=50),
        partial(contention.insistence, town, base_url, attempts=100),
        partial(contention.swinging, town, base_url, clients=64, seats=10, rounds=1, seconds=60),
        partial(contention.last_seat, town, base_url, contenders=100),
        partial(contention.shrinking, town, base_url, rounds=200),
        partial(contention.deletion, town, base_url, rounds=200),
        partial(process_failures.killed_workers, town, service, kills=20, clients=32),
        partial(process_failures.told_to_stop, town, in_flight=6, clients=32),
        partial(outages.restarts, cluster, town, service, times=5, clients=32),
        partial(outages.failover, clients=32, progress=2000),
        partial(outages.lost_standby, town, service, attempts=5),
        partial(
            unresponsive_database.unanswering,
            cluster,
            town,
            service,
            fault=unresponsive_database.gone,
        ),
        partial(
            unresponsive_database.unanswering,
            cluster,
            town,
            service,
            fault=unresponsive_database.frozen,
        ),
        partial(exhaustion.exhausted_pool, town),
        partial(exhaustion.held_lock, town, base_url, seconds=60, at_least=2),
        partial(exhaustion.no_connections, cluster, town, service),
        partial(overselling_is_found, town),
    ]


def main() -> None:
    console = Console(width=120)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    rows = table("scenario", "figures", "seconds")
    rows.columns[1].justify = "left"
    has_failed = False
    with ExitStack() as stack:
        cluster = stack.enter_context(a_cluster())
        town = stack.enter_context(sample_data(cluster.host))
        service = stack.enter_context(a_service(town))
        todo = scenarios(cluster, town, service)
        progress = Progress(*columns, TimeElapsedColumn(), console=console)
        task = stack.enter_context(progress).add_task("torture", total=len(todo))
        for scenario in todo:
            begun = time.monotonic()
            report = scenario()
            took = time.monotonic() - begun
            progress.update(task, advance=1, description=report.title)
            figures = ", ".join(f"{name}: {value}" for name, value in report.figures.items())
            rows.add_row(report.title, figures, f"{took:.0f}")
            for violation in report.violations:
                has_failed = True
                console.print(f"{report.title}: {violation}", markup=False)
        origin = provenance("tests.torture", town.engine)
    page = markdown([*INTRODUCTION, origin, rows])
    print(page)
    if not has_failed:
        PAGE.write_text(page)
    sys.exit(has_failed)


if __name__ == "__main__":
    main()
