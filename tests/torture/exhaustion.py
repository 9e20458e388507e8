"""Nothing is broken, but there is not enough of it."""

import time
from collections.abc import Sequence
from threading import Thread

import psycopg2

from tests.service import a_service
from tests.torture.clients import Client, wait_until
from tests.torture.contention import attendants, close
from tests.torture.ledger import Answer, Ledger
from tests.torture.report import Report

BOUND_S = 4


def is_healthy(client, person) -> bool:
    return client.ask(person, "GET", "/v1/events/").status == 200


def must_be_refused(report: Report, answers: Sequence[Answer]) -> None:
    """All of them, soon, as something that may be tried again."""
    told = {(answer.status, answer.code) for answer in answers}
    slowest = max(answer.ended - answer.begun for answer in answers)
    report.must(told == {(503, "try_again")}, f"told: {told}")
    report.must(slowest < BOUND_S, f"an answer took {slowest:.1f} s")
    report.figures |= {"slowest answer s": round(slowest, 2)}


def exhausted_pool(town) -> Report:
    """The only connection waits for a lock; whoever comes meanwhile is turned away."""
    report, ledger = Report("pool exhausted"), Ledger()
    people = town.people(2)
    event = town.event(people[0])
    scarce = {"WEB_WORKERS": "1", "DATABASE_POOL_SIZE": "1", "DATABASE_LOCK_TIMEOUT": "20"}
    patience = {"DATABASE_STATEMENT_TIMEOUT": "20", "DATABASE_POOL_TIMEOUT": "0.2"}
    with a_service(town, **scarce, **patience) as service:
        waiting, other = attendants(service.base_url, ledger, people)
        with town.locked(event):
            thread = Thread(target=waiting.attend, args=(event,))
            thread.start()
            wait_until(lambda: town.waiting_for_locks() == 1, "one waits for the lock")
            turned_away = [other.attend(event) for _ in range(5)]
        thread.join()
        report.must(other.attend(event).status == 204, "is not healthy afterwards")
        close([waiting, other])
    report.figures = {"turned away": len(turned_away)}
    must_be_refused(report, turned_away)
    report.violations += ledger.violations(town)
    return report


def held_lock(town, base_url, *, seconds: float, at_least: int) -> Report:
    """Someone holds an event's row: its attends are refused in bounded time, others go on."""
    report, ledger = Report(f"a row lock held by someone else for {seconds:.0f} s"), Ledger()
    people = town.people(2)
    held, free = town.event(people[0]), town.event(people[0])
    refused, served = [], []
    one, other = attendants(base_url, ledger, people)
    with town.locked(held):
        end = time.monotonic() + seconds
        while time.monotonic() < end or len(refused) < at_least:
            refused.append(one.attend(held))
            served += [other.attend(free), other.cancel(free)]
    report.must(one.attend(held).status == 204, "is not healthy afterwards")
    close([one, other])
    report.figures = {"refused": len(refused)}
    must_be_refused(report, refused)
    report.must({each.status for each in served} == {204}, "the other event was not served")
    report.violations += ledger.violations(town)
    return report


def no_connections(cluster, town, service) -> Report:
    report = Report("max_connections used up")
    [person] = town.people(1)
    cluster.stop()  # all connections are cut: nobody has one to go on with
    cluster.start()
    client = Client(service.base_url)
    hogs = []
    try:
        while True:
            hogs.append(psycopg2.connect(host="127.0.0.1", port=cluster.port, user="postgres"))
    except psycopg2.OperationalError as error:
        report.must("too many clients" in str(error), str(error))
    answers = [client.ask(person, "GET", "/v1/events/") for _ in range(10)]
    for hog in hogs:
        hog.close()
    back = wait_until(lambda: is_healthy(client, person), "it is healthy again")
    client.close()
    town.close()
    report.figures = {"refused": len(answers)}
    must_be_refused(report, answers)
    report.figures |= {"recovery s": round(back, 2)}
    return report
