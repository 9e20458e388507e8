"""Run every scenario at full size: `make torture`."""

import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.generated import markdown, provenance, table
from tests.sample_data import sample_database
from tests.service import APP_WITHOUT_LOCKS, a_service
from tests.torture import (
    contention,
    exhaustion,
    outages,
    process_failures,
    revocation,
    unresponsive_database,
    waitlists,
    webhooks,
)
from tests.torture.clusters import SERVICE_SETTINGS, a_cluster
from tests.torture.report import Report

PAGE = Path("docs/torture.md")
INTRODUCTION = (
    "# Torture",
    "`make torture` writes this page when every scenario passes; [reliability](reliability.md) "
    "explains it.",
)


def check_detection(sample_data, fault, scenario, violation) -> Report:
    """Check that the scenario reports the violation if the row lock is missing."""
    with a_service(sample_data.database_url, APP_WITHOUT_LOCKS) as service:
        broken = scenario(sample_data, service.base_url)
    report = Report(f"without the row lock: {fault} is detected", broken.figures)
    report.check(any(violation in each for each in broken.violations), "it was not detected")
    return report


def scenarios(cluster, sample_data, service):
    base_url = service.base_url
    return [
        partial(contention.attend_all, sample_data, base_url, people=500, seats=50),
        partial(contention.attend_repeatedly, sample_data, base_url, attempts=100),
        partial(
            contention.attend_and_cancel,
            sample_data,
            base_url,
            clients=64,
            seats=10,
            rounds=1,
            seconds=60,
        ),
        partial(contention.last_seat, sample_data, base_url, contenders=100),
        partial(contention.lower_capacity, sample_data, base_url, rounds=200),
        partial(contention.delete_event, sample_data, base_url, rounds=200),
        partial(contention.call_off_event, sample_data, base_url, rounds=200),
        partial(contention.start_event, sample_data, base_url, rounds=100),
        partial(contention.change_state, sample_data, base_url, rounds=100),
        partial(
            waitlists.change_places,
            sample_data,
            base_url,
            people=500,
            seats=50,
            seconds=20,
            service=service,
        ),
        partial(waitlists.start_event, sample_data, base_url, rounds=50),
        partial(revocation.revoked_sessions, sample_data, rounds=200),
        partial(process_failures.killed_workers, sample_data, service, kills=20, clients=32),
        partial(process_failures.graceful_stop, sample_data, in_flight=6, clients=32),
        partial(webhooks.deliver_all, sample_data, service, changes=2_000, kills=20, clients=12),
        partial(outages.restarts, cluster, sample_data, service, times=5, clients=32),
        partial(outages.lost_standby, sample_data, service, attempts=5),
        partial(
            unresponsive_database.all_operations,
            cluster,
            sample_data,
            service,
            fault=unresponsive_database.stopped,
        ),
        partial(
            unresponsive_database.all_operations,
            cluster,
            sample_data,
            service,
            fault=unresponsive_database.frozen,
        ),
        partial(exhaustion.exhausted_pool, sample_data),
        partial(exhaustion.held_lock, sample_data, base_url, seconds=60, at_least=2),
        partial(exhaustion.no_connections, cluster, sample_data, service),
        partial(
            check_detection,
            sample_data,
            "overselling",
            partial(contention.attend_all, people=500, seats=50),
            "rows",
        ),
        partial(
            check_detection,
            sample_data,
            "a seat after the call-off",
            partial(contention.call_off_event, rounds=50),
            "after the call-off",
        ),
        partial(
            check_detection,
            sample_data,
            "a broken waitlist",
            partial(waitlists.change_places, people=500, seats=50, seconds=5),
            "waitlist count",
        ),
    ]


def main() -> None:
    console = Console(width=120)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    rows = table("scenario", "figures", "seconds")
    rows.columns[1].justify = "left"
    has_failed = False
    with ExitStack() as stack:
        cluster = stack.enter_context(a_cluster())
        sample_data = stack.enter_context(sample_database(cluster.host))
        service = stack.enter_context(a_service(sample_data.database_url, **SERVICE_SETTINGS))
        todo = scenarios(cluster, sample_data, service)
        progress = Progress(*columns, TimeElapsedColumn(), console=console)
        task = stack.enter_context(progress).add_task("torture", total=len(todo))
        for scenario in todo:
            started = time.monotonic()
            report = scenario()
            taken_s = time.monotonic() - started
            progress.update(task, advance=1, description=report.title)
            figures = ", ".join(f"{name}: {value}" for name, value in report.figures.items())
            rows.add_row(report.title, figures, f"{taken_s:.0f}")
            for violation in report.violations:
                has_failed = True
                console.print(f"{report.title}: {violation}", markup=False)
        origin = provenance("tests.torture", sample_data.engine)
    page = markdown([*INTRODUCTION, origin, rows])
    print(page)
    if not has_failed:
        PAGE.write_text(page)
    sys.exit(has_failed)


if __name__ == "__main__":
    main()
