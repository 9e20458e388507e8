"""Nothing fails, but connections or locks run out."""

import time
from collections.abc import Sequence
from threading import Thread

import psycopg2

from tests.concurrency import wait_until
from tests.service import a_service
from tests.torture.clients import Client
from tests.torture.contention import attendee_clients, close
from tests.torture.ledger import Ledger, Response
from tests.torture.report import Report

BOUND_S = 4


def is_healthy(client, user) -> bool:
    return client.request(user, "GET", "/v1/events/").status == 200


def check_rejections(report: Report, responses: Sequence[Response]) -> None:
    """All were rejected quickly, with a response that allows a retry."""
    outcomes = {(response.status, response.code) for response in responses}
    slowest = max(response.ended - response.started for response in responses)
    report.check(outcomes == {(503, "try_again")}, f"responses: {outcomes}")
    report.check(slowest < BOUND_S, f"a response took {slowest:.1f} s")
    report.figures |= {"slowest response s": round(slowest, 2)}


def exhausted_pool(sample_data) -> Report:
    """The only connection waits for a lock; other requests are rejected."""
    report, ledger = Report("pool exhausted"), Ledger()
    users = sample_data.create_users(2)
    event = sample_data.create_event(users[0])
    sizes = {"WEB_WORKERS": "1", "DATABASE_POOL_SIZE": "1", "DATABASE_LOCK_TIMEOUT": "20"}
    timeouts = {"DATABASE_STATEMENT_TIMEOUT": "20", "DATABASE_POOL_TIMEOUT": "0.2"}
    with a_service(sample_data.database_url, **sizes, **timeouts) as service:
        blocked, other = attendee_clients(service.base_url, ledger, users)
        with sample_data.lock_event(event):
            thread = Thread(target=blocked.attend, args=(event,))
            thread.start()
            wait_until(lambda: sample_data.count_lock_waits() == 1, "one waits for the lock")
            rejected = [other.attend(event) for _ in range(5)]
        thread.join()
        report.check(other.attend(event).status == 204, "the service did not recover")
        close([blocked, other])
    report.figures = {"rejected": len(rejected)}
    check_rejections(report, rejected)
    report.violations += ledger.violations(sample_data)
    return report


def held_lock(sample_data, base_url, *, seconds: float, at_least: int) -> Report:
    """Another transaction locks an event's row: attending that event fails in bounded time."""
    report, ledger = Report(f"row lock held by another transaction for {seconds:.0f} s"), Ledger()
    users = sample_data.create_users(2)
    locked_event, other_event = (sample_data.create_event(users[0]) for _ in range(2))
    rejected, others = [], []
    one, other = attendee_clients(base_url, ledger, users)
    with sample_data.lock_event(locked_event):
        end = time.monotonic() + seconds
        while time.monotonic() < end or len(rejected) < at_least:
            rejected.append(one.attend(locked_event))
            others += [other.attend(other_event), other.cancel(other_event)]
    report.check(one.attend(locked_event).status == 204, "the service did not recover")
    close([one, other])
    report.figures = {"rejected": len(rejected)}
    check_rejections(report, rejected)
    report.check({each.status for each in others} == {204}, "the other event was affected")
    report.violations += ledger.violations(sample_data)
    return report


def no_connections(cluster, sample_data, service) -> Report:
    report = Report("max_connections used up")
    [user] = sample_data.create_users(1)
    cluster.stop()  # closes every connection
    cluster.start()
    client = Client(service.base_url)
    connections = []
    try:
        while True:
            connections.append(
                psycopg2.connect(host="127.0.0.1", port=cluster.port, user="postgres")
            )
    except psycopg2.OperationalError as error:
        report.check("too many clients" in str(error), str(error))
    responses = [client.request(user, "GET", "/v1/events/") for _ in range(10)]
    for connection in connections:
        connection.close()
    recovery_s = wait_until(lambda: is_healthy(client, user), "the service is healthy again")
    client.close()
    sample_data.close()
    report.figures = {"rejected": len(responses)}
    check_rejections(report, responses)
    report.figures |= {"recovery s": round(recovery_s, 2)}
    return report
