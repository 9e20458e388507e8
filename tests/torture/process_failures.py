"""Workers that are killed, and a service that is asked to stop."""

import time
from contextlib import ExitStack
from threading import Thread

import psutil

from tests.service import a_service
from tests.torture.clients import Load, wait_until
from tests.torture.contention import attendants, close
from tests.torture.ledger import Ledger
from tests.torture.report import Report

WORKERS = 2
PROGRESS = 50


def killed_workers(town, service, *, kills: int, clients: int) -> Report:
    report, ledger = Report(f"kill -9 of a worker, {kills} times, under load"), Ledger()
    crowd = town.people(clients)
    events = [town.event(crowd[0], capacity) for capacity in (clients, clients // 4, 3)]
    with Load(service.base_url, ledger, crowd, events):
        for _ in range(kills):
            wait_until(lambda: len(service.workers()) == WORKERS, "the workers are back")
            goal = ledger.acknowledged() + PROGRESS
            wait_until(lambda goal=goal: ledger.acknowledged() > goal, "work goes on")
            service.kill_a_worker()
        goal = ledger.acknowledged() + PROGRESS
        wait_until(lambda: ledger.acknowledged() > goal, "work goes on after the last")
    report.figures = dict(ledger.counts()) | {"slowest s": round(ledger.slowest_s(), 2)}
    report.violations += ledger.violations(town)
    return report


def told_to_stop(town, *, in_flight: int, clients: int) -> Report:
    """SIGTERM while requests wait for a lock, and others come in without pause.

    Each worker has more threads than that, so that the others are served wherever they connect.
    """
    report, ledger = Report(f"SIGTERM under load, {in_flight} requests in flight"), Ledger()
    crowd, waiting = town.people(clients), town.people(in_flight)
    held, free = town.event(crowd[0]), town.event(crowd[0])
    patience = {"DATABASE_LOCK_TIMEOUT": "25", "DATABASE_STATEMENT_TIMEOUT": "25"}
    with a_service(town, WEB_THREADS=str(in_flight + 2), **patience) as service:
        folk = attendants(service.base_url, ledger, waiting)
        answers = []
        threads = [
            Thread(target=lambda each=each: answers.append(each.attend(held))) for each in folk
        ]
        with ExitStack() as lock:
            lock.enter_context(town.locked(held))
            for thread in threads:
                thread.start()
            wait_until(lambda: town.waiting_for_locks() == in_flight, "all are in flight")
            with Load(service.base_url, ledger, crowd, [free]):
                wait_until(lambda: ledger.acknowledged() > PROGRESS, "others are served")
                workers = service.workers()
                service.terminate()
                begun = time.monotonic()
                wait_until(lambda: not is_listening(service), "it begins to stop")
                lock.close()  # what is in flight can go on
        for thread in threads:
            thread.join()
        close(folk)
        exit_code = service.process.wait(timeout=60)
        took = time.monotonic() - begun
    finished = [answer.status for answer in answers].count(204)
    report.figures = {"finished": finished, "exit s": round(took, 2)}
    report.must(finished == in_flight, f"{finished} of {in_flight} in flight were finished")
    report.must(exit_code == 0, f"exit code {exit_code}")
    report.must(took < 30, f"the end took {took:.1f} s")
    report.must(not any(each.is_running() for each in workers), "a worker is left")
    report.violations += ledger.violations(town)
    return report


def is_listening(service) -> bool:
    """The first process closes its socket at once, the workers when they end."""
    connections = psutil.Process(service.process.pid).net_connections(kind="tcp")
    return any(each.status == psutil.CONN_LISTEN for each in connections)
