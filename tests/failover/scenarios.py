"""One function per failure. Each leaves a healthy cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.failover.etcd import Etcd, Member
from tests.failover.experiment import Experiment, Setup
from tests.failover.node import Node
from tests.torture.report import Report

# Seconds without an acknowledged change.
FAILOVER_S = 30
QUICK_S = 8
TTL_S = 20
# Longer than the primary's lease and a round of Patroni (`loop_wait`).
LEASE_S = 25


@contextmanager
def failover(setup: Setup, experiment: Experiment, max_gap_s: float) -> Iterator[Node]:
    """Run the block under load with the primary. Afterwards, another node must be the primary."""
    primary = setup.cluster.primary()
    with experiment.load(max_gap_s=max_gap_s):
        yield primary
    experiment.report.check(setup.cluster.primary() is not primary, "there was no failover")


def primary_away(
    setup: Setup, title: str, stop: Callable[[Node], None], max_gap_s: float
) -> Report:
    """The primary is stopped, and started again when another one has taken over."""
    experiment = Experiment(setup, title)
    with failover(setup, experiment, max_gap_s) as primary:
        stop(primary)
        experiment.wait_for_progress()
        primary.start()
    return experiment.report


def node_killed(setup: Setup) -> Report:
    title = "primary's machine fails (kill -9 of all processes)"
    return primary_away(setup, title, Node.kill, FAILOVER_S)


def patroni_killed(setup: Setup) -> Report:
    title = "Patroni of the primary killed (kill -9): its PostgreSQL dies, too"
    return primary_away(setup, title, Node.kill_patroni, FAILOVER_S)


def node_stopped(setup: Setup) -> Report:
    return primary_away(setup, "primary stopped (SIGTERM)", Node.terminate, QUICK_S)


def postgres_killed(setup: Setup) -> Report:
    experiment = Experiment(setup, "PostgreSQL of the primary killed (kill -9)")
    with failover(setup, experiment, QUICK_S) as primary:
        primary.postmaster().kill()
    return experiment.report


def switchover(setup: Setup) -> Report:
    experiment = Experiment(setup, "switchover with patronictl")
    with experiment.load(max_gap_s=QUICK_S):
        primary, candidate = setup.cluster.primary(), setup.cluster.standbys()[0]
        setup.cluster.patronictl(
            "switchover", "--force", f"--leader={primary.name}", f"--candidate={candidate.name}"
        )
        experiment.report.check(setup.cluster.primary() is candidate, "there was no switchover")
    return experiment.report


def node_frozen(setup: Setup) -> Report:
    experiment = Experiment(setup, "primary frozen (SIGSTOP), continued after the failover")
    with failover(setup, experiment, FAILOVER_S) as primary, primary.frozen():
        experiment.wait_for_progress()
    return experiment.report


def postgres_frozen(setup: Setup) -> Report:
    experiment = Experiment(setup, "PostgreSQL of the primary frozen, continued after the failover")
    with failover(setup, experiment, FAILOVER_S) as primary, primary.frozen_postgres():
        experiment.wait_for_progress()
    return experiment.report


def patroni_frozen(setup: Setup) -> Report:
    """The old PostgreSQL stays writable, but HAProxy only connects to the new primary."""
    experiment = Experiment(
        setup, "Patroni of the primary frozen, continued after the failover", ways=["pooler"]
    )
    with failover(setup, experiment, FAILOVER_S) as primary, primary.frozen_patroni():
        experiment.wait_for_progress(after_s=LEASE_S)
    return experiment.report


def primary_without_etcd(setup: Setup) -> Report:
    experiment = Experiment(setup, "primary cut off from etcd")
    with experiment.load(max_gap_s=FAILOVER_S):
        primary = setup.cluster.primary()
        with primary.link.cut():
            experiment.wait_for_progress(after_s=LEASE_S)
            experiment.report.check(primary.etcd_silence_s() > TTL_S, "etcd was reachable")
    return experiment.report


def standby_without_etcd(setup: Setup) -> Report:
    experiment = Experiment(setup, "standby cut off from etcd")
    standby = setup.cluster.standbys()[0]
    with experiment.load(max_gap_s=QUICK_S), standby.link.cut():
        experiment.wait_for_progress(after_s=LEASE_S)
        experiment.report.check(standby.etcd_silence_s() > TTL_S, "etcd was reachable")
    return experiment.report


def part_killed(setup: Setup, title: str, part: Member | Etcd | Node) -> Report:
    """The primary continues without the part, which is started again later."""
    experiment = Experiment(setup, title)
    with experiment.load(max_gap_s=QUICK_S):
        part.kill()
        experiment.wait_for_progress(after_s=LEASE_S)
        part.start()
    return experiment.report


def etcd_leader_killed(setup: Setup) -> Report:
    return part_killed(setup, "etcd's leader killed (kill -9)", setup.cluster.etcd.leader())


def etcd_killed(setup: Setup) -> Report:
    return part_killed(setup, "all of etcd killed (kill -9)", setup.cluster.etcd)


def etcd_and_standby_killed(setup: Setup) -> Report:
    """Without etcd, the primary must reach all nodes: the others might have elected another."""
    experiment = Experiment(setup, "all of etcd and one standby killed: no primary")
    with experiment.load():
        standby = setup.cluster.standbys()[0]
        setup.cluster.etcd.kill()
        standby.kill()
        experiment.wait_for_outage()
        setup.cluster.etcd.start()
        experiment.wait_for_progress()
        standby.start()
    return experiment.report


def standby_killed(setup: Setup) -> Report:
    return part_killed(setup, "one standby killed (kill -9)", setup.cluster.standbys()[0])


def standbys_killed(setup: Setup) -> Report:
    experiment = Experiment(setup, "both standbys killed: the primary continues alone")
    with experiment.load(max_gap_s=QUICK_S):
        standbys = setup.cluster.standbys()
        for standby in standbys:
            standby.kill()
        experiment.wait_for_progress()
        for standby in standbys:
            standby.start()
    return experiment.report


def last_node_killed(setup: Setup) -> Report:
    """No other node has what the primary acknowledged alone."""
    experiment = Experiment(setup, "both standbys killed, then the primary; standbys return first")
    with experiment.load():
        primary, standbys = setup.cluster.primary(), setup.cluster.standbys()
        for standby in standbys:
            standby.kill()
        experiment.wait_for_progress()
        primary.kill()
        for standby in standbys:
            standby.start()
        experiment.expect_no_progress(LEASE_S)
        primary.start()
    return experiment.report


def primary_and_standby_killed(setup: Setup) -> Report:
    """The last node cannot know whether the other standby has more."""
    experiment = Experiment(setup, "primary and one standby killed: the last node waits")
    with experiment.load():
        primary, standby = setup.cluster.primary(), setup.cluster.standbys()[0]
        primary.kill()
        standby.kill()
        experiment.expect_no_progress(LEASE_S)
        standby.start()
        experiment.wait_for_progress()
        primary.start()
    return experiment.report


def all_nodes_killed(setup: Setup) -> Report:
    experiment = Experiment(setup, "all nodes killed, then started")
    with experiment.load():
        for node in setup.cluster.nodes:
            node.kill()
        experiment.wait_for_code("try_again", times=20)
        for node in setup.cluster.nodes:
            node.start()
    return experiment.report


@contextmanager
def frozen_replication(standbys: list[Node]):
    """The standbys stay connected, but receive nothing, not even afterwards."""
    receivers = [process for node in standbys for process in node.wal_receivers()]
    assert len(receivers) == len(standbys)
    for process in receivers:
        process.suspend()
    try:
        yield
    finally:
        for process in receivers:
            process.terminate()  # otherwise it would read what the kernel has buffered
            process.resume()


def diverged_primary(setup: Setup) -> Report:
    experiment = Experiment(setup, "primary returns with commits that no standby received")
    with experiment.load():
        primary = setup.cluster.primary()
        log_size = primary.log.stat().st_size
        with frozen_replication(setup.cluster.standbys()):
            experiment.wait_for_code("outcome_unknown", times=2)
            primary.postmaster().kill()
    log = primary.log.read_text()[log_size:]
    experiment.report.check("pg_rewind exit code=0" in log, "the old primary was not rewound")
    return experiment.report


def asynchronous_replication(setup: Setup) -> Report:
    """Check that a loss is detected, by causing one."""
    setup.cluster.replicate_asynchronously()
    experiment = Experiment(setup, "asynchronous replication: the loss is detected")
    with experiment.load():
        primary = setup.cluster.primary()
        with frozen_replication(setup.cluster.standbys()):
            experiment.wait_for_progress()
            primary.postmaster().kill()
    setup.cluster.replicate_synchronously()
    report = experiment.report
    lost = [each for each in report.violations if "changes were committed, but" in each]
    report.title += f" ({len(lost)} seats)"
    report.violations = [each for each in report.violations if each not in lost]
    report.check(bool(lost), "no loss was detected")
    return report


SHORT = [
    node_killed,
    postgres_killed,
    switchover,
    etcd_killed,
    standbys_killed,
    diverged_primary,
    asynchronous_replication,
]
ALL = [
    node_killed,
    postgres_killed,
    patroni_killed,
    node_stopped,
    switchover,
    node_frozen,
    postgres_frozen,
    patroni_frozen,
    primary_without_etcd,
    standby_without_etcd,
    etcd_leader_killed,
    etcd_killed,
    etcd_and_standby_killed,
    standby_killed,
    standbys_killed,
    last_node_killed,
    primary_and_standby_killed,
    all_nodes_killed,
    diverged_primary,
    asynchronous_replication,
]
