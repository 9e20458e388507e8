"""Workers are killed, and the service is stopped under load."""

import time
from contextlib import ExitStack
from threading import Thread

import psutil

from tests.concurrency import wait_until
from tests.service import a_service
from tests.torture.clients import Load
from tests.torture.contention import attendee_clients, close
from tests.torture.ledger import Ledger
from tests.torture.report import Report

WORKERS = 2
PROGRESS = 50


def killed_workers(sample_data, service, *, kills: int, clients: int) -> Report:
    report, ledger = Report(f"kill -9 of a worker, {kills} times, under load"), Ledger()
    users = sample_data.create_users(clients)
    events = [
        sample_data.create_event(users[0], capacity) for capacity in (clients, clients // 4, 3)
    ]
    with Load(service.base_url, ledger, users, events):
        for _ in range(kills):
            wait_until(lambda: len(service.workers()) == WORKERS, "the workers are replaced")
            goal = ledger.acknowledged() + PROGRESS
            wait_until(lambda goal=goal: ledger.acknowledged() > goal, "requests succeed")
            service.kill_worker()
        goal = ledger.acknowledged() + PROGRESS
        wait_until(lambda: ledger.acknowledged() > goal, "requests succeed after the last kill")
    report.figures = dict(ledger.outcome_counts()) | {"slowest s": round(ledger.slowest_s(), 2)}
    report.violations += ledger.violations(sample_data)
    return report


def graceful_stop(sample_data, *, in_flight: int, clients: int) -> Report:
    """SIGTERM while requests wait for a lock and others arrive without pause.

    Each worker has more threads than blocked requests, so that it can serve the others.
    """
    report, ledger = Report(f"SIGTERM under load, {in_flight} requests in flight"), Ledger()
    users, blocked_users = sample_data.create_users(clients), sample_data.create_users(in_flight)
    locked_event, other_event = (sample_data.create_event(users[0]) for _ in range(2))
    timeouts = {"DATABASE_LOCK_TIMEOUT": "25", "DATABASE_STATEMENT_TIMEOUT": "25"}
    with a_service(sample_data.database_url, WEB_THREADS=str(in_flight + 2), **timeouts) as service:
        blocked = attendee_clients(service.base_url, ledger, blocked_users)
        responses = []
        threads = [
            Thread(target=lambda each=each: responses.append(each.attend(locked_event)))
            for each in blocked
        ]
        with ExitStack() as lock:
            lock.enter_context(sample_data.lock_event(locked_event))
            for thread in threads:
                thread.start()
            wait_until(lambda: sample_data.count_lock_waits() == in_flight, "all are in flight")
            with Load(service.base_url, ledger, users, [other_event]):
                wait_until(lambda: ledger.acknowledged() > PROGRESS, "others are served")
                workers = service.workers()
                service.terminate()
                started = time.monotonic()
                wait_until(lambda: not is_listening(service), "the listening socket is closed")
                lock.close()  # the requests in flight can finish
        for thread in threads:
            thread.join()
        close(blocked)
        exit_code = service.process.wait(timeout=60)
        taken_s = time.monotonic() - started
    finished = [response.status for response in responses].count(204)
    report.figures = {"finished": finished, "exit s": round(taken_s, 2)}
    report.check(finished == in_flight, f"{finished} of {in_flight} in flight were finished")
    report.check(exit_code == 0, f"exit code {exit_code}")
    report.check(taken_s < 30, f"stopping took {taken_s:.1f} s")
    report.check(not any(each.is_running() for each in workers), "a worker still runs")
    report.violations += ledger.violations(sample_data)
    return report


def is_listening(service) -> bool:
    """Whether the main process listens; it stops at once, the workers when they end."""
    connections = psutil.Process(service.process.pid).net_connections(kind="tcp")
    return any(each.status == psutil.CONN_LISTEN for each in connections)
