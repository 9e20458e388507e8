"""Run the scenarios and print a table: `make test-failover`."""

import os
import shutil
import sys
from argparse import ArgumentParser
from contextlib import ExitStack

from rich.console import Console

from tests.failover.cluster import a_cluster
from tests.failover.experiment import Setup
from tests.failover.monitoring import unknown_metrics
from tests.failover.scenarios import ALL, SHORT
from tests.generated import table
from tests.sample_data import sample_database
from tests.scale.pooled import pooled_url
from tests.scale.pooler import a_pooler
from tests.service import a_service
from tests.torture.waitlist_log import WaitlistLog

FIGURES = (
    "pooler: write gap s",
    "direct: write gap s",
    "pooler: read gap s",
    "direct: read gap s",
    "healthy after s",
    "acknowledged",
    "try_again",
    "outcome_unknown",
)
NEEDED = {
    "etcd": "etcd-server",
    "etcdctl": "etcd-client",
    "haproxy": "haproxy",
    "pgbouncer": "pgbouncer",
}


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.failover", description=__doc__)
    parser.add_argument("--short", action="store_true", help="only run a representative selection")
    parser.add_argument("--only", choices=[each.__name__ for each in ALL], metavar="SCENARIO")
    arguments = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin"  # for HAProxy and PgBouncer
    missing = [package for program, package in NEEDED.items() if not shutil.which(program)]
    if missing:
        sys.exit(f"These tests need {', '.join(missing)}: apt install {' '.join(missing)}")
    scenarios = SHORT if arguments.short else ALL
    if arguments.only:
        scenarios = [each for each in ALL if each.__name__ == arguments.only]
    console = Console(width=200)
    rows = table("scenario", *FIGURES)
    violations = []
    with ExitStack() as stack:
        cluster = stack.enter_context(a_cluster())
        violations += [f"unknown metric: {name}" for name in unknown_metrics(cluster)]
        sample_data = stack.enter_context(sample_database(cluster.host))
        log = stack.enter_context(WaitlistLog(sample_data.engine))
        pooler = stack.enter_context(a_pooler(cluster.port, default_pool_size="20"))
        pooled = a_service(pooled_url(pooler, sample_data), DATABASE_POOLER="transaction")
        hosts = ",".join(node.host for node in cluster.nodes)
        direct = a_service(sample_data.database_url.replace(cluster.host, hosts))
        services = {
            "pooler": stack.enter_context(pooled),
            "direct": stack.enter_context(direct),
        }
        setup = Setup(cluster, sample_data, log, services)
        for scenario in scenarios:
            console.print(f"{scenario.__name__} ...", markup=False)
            report = scenario(setup)
            rows.add_row(report.title, *(str(report.figures.get(name, "")) for name in FIGURES))
            violations += [f"{report.title}: {each}" for each in report.violations]
    console.print(rows)
    for violation in violations:
        console.print(violation, markup=False)
    sys.exit(bool(violations))


if __name__ == "__main__":
    main()
