"""A database that restarts, or is taken over by its standby, while seats are taken."""

import time
from contextlib import contextmanager

from sqlalchemy import create_engine, text

from tests.sample_data import sample_data
from tests.service import a_service
from tests.torture.clients import Client, Load, wait_until
from tests.torture.clusters import clusters
from tests.torture.ledger import Ledger
from tests.torture.report import Report

PROGRESS = 50
SOON_S = 2


def recovered(ledger) -> float:
    """The seconds until someone is acknowledged who asked from now on."""
    begun = time.monotonic()

    def is_served() -> bool:
        return any(
            answer.status == 204 and answer.begun >= begun for answer in ledger.answers[-200:]
        )

    return wait_until(is_served, "the service recovers")


def restarts(cluster, town, service, *, times: int, clients: int) -> Report:
    report, ledger = Report(f"PostgreSQL restarted {times} times under load"), Ledger()
    recoveries = []
    crowd = town.people(clients)
    events = [town.event(crowd[0]), town.event(crowd[0], 5)]
    with Load(service.base_url, ledger, crowd, events):
        for _ in range(times):
            goal = ledger.acknowledged() + PROGRESS
            wait_until(lambda goal=goal: ledger.acknowledged() > goal, "work goes on")
            cluster.stop()
            goal = ledger.told()[503, "try_again"] + 1
            wait_until(lambda g=goal: ledger.told()[503, "try_again"] > g, "it is told")
            cluster.start()
            recoveries.append(recovered(ledger))
    town.close()  # its own connections were cut, too
    report.violations += ledger.violations(town)
    report.figures = dict(ledger.counts()) | {
        "slowest answer s": round(ledger.slowest_s(), 2),
        "slowest recovery s": round(max(recoveries), 2),
    }
    report.must(max(recoveries) < SOON_S, f"a recovery took {max(recoveries):.1f} s")
    return report


def failover(*, clients: int, progress: int) -> Report:
    """`progress`: how much is acknowledged before the primary is killed, and again afterwards."""
    report, ledger = Report("primary killed, synchronous standby promoted, under load"), Ledger()
    with clusters({"synchronous_standby_names": "standby"}, {}) as [primary, standby]:
        primary.create()
        primary.start_alone()
        standby.copy(primary)
        standby.start()
        primary.stop()
        primary.start()
        with sample_data(primary.host, standby.host) as town:
            wait_until(lambda: is_synchronous(primary), "the standby follows")
            crowd = town.people(clients)
            events = [town.event(crowd[0]), town.event(crowd[0], 5)]
            with a_service(town) as service, Load(service.base_url, ledger, crowd, events):
                wait_until(lambda: ledger.acknowledged() > progress, "work goes on")
                before = ledger.acknowledged()
                primary.kill()
                standby.promote()
                recovery = recovered(ledger)
                wait_until(
                    lambda: ledger.acknowledged() > before + progress, "work goes on afterwards"
                )
            town.close()
            report.violations += ledger.violations(town)
    report.figures = dict(ledger.counts()) | {
        "acknowledged before": before,
        "recovery s": round(recovery, 2),
        "slowest answer s": round(ledger.slowest_s(), 2),
    }
    return report


def is_synchronous(primary) -> bool:
    engine = create_engine(f"postgresql+psycopg2://postgres@{primary.host}/postgres")
    with engine.connect() as connection:
        state = connection.execute(text("SELECT sync_state FROM pg_stat_replication")).scalar()
    engine.dispose()
    return state == "sync"


@contextmanager
def waiting_for_a_standby(town):
    """The database acknowledges no commit, since the standby that must have it is not there."""
    configure(town, "SET synchronous_standby_names = 'standby'")
    try:
        yield
    finally:
        configure(town, "RESET synchronous_standby_names")


def configure(town, change: str) -> None:
    admin = town.engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"ALTER SYSTEM {change}"))
        connection.execute(text("SELECT pg_reload_conf()"))


def lost_standby(town, service, *, attempts: int) -> Report:
    """The standby dies: what is committed on the primary alone is never acknowledged."""
    report = Report("synchronous standby lost")
    crowd = town.people(attempts)
    # One event each: a commit that waits for the standby keeps its event locked.
    events = [town.event(person) for person in crowd]
    with waiting_for_a_standby(town):
        answers = []
        for person, event in zip(crowd, events, strict=True):
            client = Client(service.base_url)
            path = f"/v1/events/{event}/attend/"
            answers.append(client.ask(person, "POST", path))
            client.close()
    told = [(answer.status, answer.code) for answer in answers]
    slowest = max(answer.ended - answer.begun for answer in answers)
    report.figures = {"outcome_unknown": told.count((503, "outcome_unknown"))}
    report.figures |= {"slowest answer s": round(slowest, 2)}
    report.must(told == [(503, "outcome_unknown")] * attempts, f"told: {told}")
    return report
