"""Every operation while the database is gone, or frozen."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

from tests.torture.clients import Client, wait_until
from tests.torture.exhaustion import is_healthy
from tests.torture.ledger import Answer
from tests.torture.report import Report

SOON_S = 2
AT_A_TIME = 8
NOBODY = "00000000-0000-7000-8000-000000000000"
SECRET = "x" * 43  # of no calendar
CODE_OF = {"GET /readyz/": "not_ready"}


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
            content = operations[method].get("requestBody", {}).get("content", {})
            example = content["application/json"]["example"] if content else None
            found.append((method.upper(), url, bodies.get(path, example)))
    return sorted((each for each in found if each[1] != "/healthz/"), key=str)


def ask_everything(base_url: str, person) -> list[tuple[str, Answer]]:
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


def unanswering(cluster, town, service, *, fault) -> Report:
    """Every operation while the database is gone, or frozen; then once it is back."""
    report = Report(f"database {fault.__name__}: every operation")
    [person] = town.people(1)
    ask = Client(service.base_url)
    report.must(is_healthy(ask, person), "was not healthy")
    with fault(cluster):
        told = ask_everything(service.base_url, person)
    begun = time.monotonic()
    back = wait_until(lambda: is_healthy(ask, person), "it is healthy again")
    report.must(time.monotonic() - begun < SOON_S, f"the way back took {back:.1f} s")
    ask.close()
    town.close()
    slowest = max(answer.ended - answer.begun for _, answer in told)
    for operation, answer in told:
        report.must(
            (answer.status, answer.code) == (503, CODE_OF.get(operation, "try_again")),
            f"{operation}: {answer.status} {answer.code}",
        )
    report.must(slowest < SOON_S, f"an answer took {slowest:.1f} s")
    report.figures = {
        "operations": len(told),
        "slowest answer s": round(slowest, 2),
        "recovery s": round(back, 2),
    }
    return report
