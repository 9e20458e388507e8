"""PostgreSQL restarts under load, or loses its synchronous standby."""

import time
from contextlib import contextmanager

from sqlalchemy import text

from tests.concurrency import wait_until
from tests.torture.clients import Client, Load
from tests.torture.ledger import Ledger
from tests.torture.report import Report

PROGRESS = 50
SOON_S = 2


def wait_for_recovery(ledger) -> float:
    """Seconds until a request that starts from now on is acknowledged."""
    started = time.monotonic()

    def is_served() -> bool:
        return any(
            response.status == 204 and response.started >= started
            for response in ledger.responses[-200:]
        )

    return wait_until(is_served, "the service recovers")


def restarts(cluster, sample_data, service, *, times: int, clients: int) -> Report:
    report, ledger = Report(f"PostgreSQL restarted {times} times under load"), Ledger()
    recoveries = []
    users = sample_data.create_users(clients)
    events = [sample_data.create_event(users[0]), sample_data.create_event(users[0], 5)]
    with Load(service.base_url, ledger, users, events):
        for _ in range(times):
            goal = ledger.acknowledged() + PROGRESS
            wait_until(lambda goal=goal: ledger.acknowledged() > goal, "requests succeed")
            cluster.stop()
            goal = ledger.response_counts()[503, "try_again"] + 1
            wait_until(
                lambda g=goal: ledger.response_counts()[503, "try_again"] > g, "a request fails"
            )
            cluster.start()
            recoveries.append(wait_for_recovery(ledger))
    sample_data.close()  # its connections are broken, too
    report.violations += ledger.violations(sample_data)
    report.figures = dict(ledger.outcome_counts()) | {
        "slowest response s": round(ledger.slowest_s(), 2),
        "slowest recovery s": round(max(recoveries), 2),
    }
    report.check(max(recoveries) < SOON_S, f"a recovery took {max(recoveries):.1f} s")
    return report


@contextmanager
def waiting_for_a_standby(sample_data):
    """No commit is acknowledged, because the required standby is missing."""
    configure(sample_data, "SET synchronous_standby_names = 'standby'")
    try:
        yield
    finally:
        configure(sample_data, "RESET synchronous_standby_names")


def configure(sample_data, change: str) -> None:
    admin = sample_data.engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"ALTER SYSTEM {change}"))
        connection.execute(text("SELECT pg_reload_conf()"))


def lost_standby(sample_data, service, *, attempts: int) -> Report:
    """The standby dies: a commit on the primary alone is never acknowledged."""
    report = Report("synchronous standby lost")
    users = sample_data.create_users(attempts)
    # One event per user: a commit that waits for the standby keeps its event locked.
    events = [sample_data.create_event(user) for user in users]
    with waiting_for_a_standby(sample_data):
        responses = []
        for user, event in zip(users, events, strict=True):
            client = Client(service.base_url)
            path = f"/v1/events/{event}/attend/"
            responses.append(client.request(user, "POST", path))
            client.close()
    outcomes = [(response.status, response.code) for response in responses]
    slowest = max(response.ended - response.started for response in responses)
    report.figures = {"outcome_unknown": outcomes.count((503, "outcome_unknown"))}
    report.figures |= {"slowest response s": round(slowest, 2)}
    report.check(outcomes == [(503, "outcome_unknown")] * attempts, f"responses: {outcomes}")
    return report
