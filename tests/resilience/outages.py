"""A database that restarts, freezes, is gone, or is taken over by its standby."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
from sqlalchemy import create_engine, text

from tests.resilience.clusters import a_cluster, clusters
from tests.resilience.crowd import Client, Load, wait_until
from tests.resilience.exhaustion import is_healthy
from tests.resilience.ledger import Ledger
from tests.resilience.report import Report
from tests.resilience.service import a_service
from tests.resilience.town import a_town

PROGRESS = 50
SOON_S = 2
AT_A_TIME = 8
NOBODY = "00000000-0000-7000-8000-000000000000"
SECRET = "x" * 43  # of no calendar


def recovered(ledger) -> float:
    """The seconds until someone is acknowledged who asked from now on."""
    begun = time.monotonic()

    def is_served() -> bool:
        return any(
            answer.status == 204 and answer.begun >= begun for answer in ledger.answers[-200:]
        )

    return wait_until(is_served, "the service recovers")


def restarts(*, times: int, clients: int) -> Report:
    report, ledger = Report(f"PostgreSQL restarted {times} times under load"), Ledger()
    recoveries = []
    with a_cluster() as cluster, a_town(cluster.host) as town, a_service(town) as service:
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
        with a_town(primary.host, standby.host) as town:
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


def lost_standby(*, attempts: int) -> Report:
    """The standby dies: what is committed on the primary alone is never acknowledged."""
    report = Report("synchronous standby lost")
    with clusters({"synchronous_standby_names": "standby"}, {}) as [primary, _]:
        primary.create()
        primary.start_alone()
        with a_town(primary.host) as town:
            crowd = town.people(attempts)
            # One event each: a commit that waits for the standby keeps its event locked.
            events = [town.event(person) for person in crowd]
            town.close()
            primary.stop()
            primary.start()
            with a_service(town) as service:
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


def every_operation(base_url: str, person) -> list[tuple[str, str, object]]:
    """A request for each operation of the document that needs the database."""
    account = {"username": "ada", "password": "correct horse battery"}
    bodies = {
        "/v1/profile/signup/": account,
        "/v1/profile/token/": account,
        "/v1/profile/token/refresh/": {"refresh_token": person.refresh_token},
        "/v1/profile/token/revoke/": {"refresh_token": person.refresh_token},
        "/v1/profile/token/verify/": {"token": person.access_token},
    }
    document = httpx.get(f"{base_url}/api/schema/").json()
    found = []
    for path, operations in document["paths"].items():
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
            url = re.sub(r"\{\w+\}", NOBODY, path.replace("{secret}", SECRET))
            found.append((method.upper(), url, bodies.get(path)))
    return sorted((each for each in found if not each[1].startswith("/api/")), key=str)


def ask_everything(base_url: str, person) -> list[tuple[str, object]]:
    def ask(operation):
        method, path, body = operation
        client = Client(base_url)
        answer = client.ask(person, method, path, body)
        client.close()
        return f"{method} {path}", answer

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(ask, every_operation(base_url, person)))


@contextmanager
def frozen(cluster):
    with cluster.frozen():
        yield


@contextmanager
def gone(cluster):
    cluster.stop()
    yield
    cluster.start()


def unanswering(fault) -> Report:
    """Every operation while the database is gone, or frozen; then once it is back."""
    report = Report(f"database {fault.__name__}: every operation")
    with a_cluster() as cluster, a_town(cluster.host) as town, a_service(town) as service:
        [person] = town.people(1)
        ask = Client(service.base_url)
        report.must(is_healthy(ask, person), "was not healthy")
        with fault(cluster):
            told = ask_everything(service.base_url, person)
        begun = time.monotonic()
        back = wait_until(lambda: is_healthy(ask, person), "it is healthy again")
        report.must(time.monotonic() - begun < SOON_S, f"healthy again after {back:.1f} s")
        ask.close()
        town.close()
    slowest = max(answer.ended - answer.begun for _, answer in told)
    for operation, answer in told:
        report.must(
            (answer.status, answer.code) == (503, "try_again"),
            f"{operation}: {answer.status} {answer.code}",
        )
    report.must(slowest < SOON_S, f"an answer took {slowest:.1f} s")
    report.figures = {
        "operations": len(told),
        "slowest answer s": round(slowest, 2),
        "recovery s": round(back, 2),
    }
    return report
