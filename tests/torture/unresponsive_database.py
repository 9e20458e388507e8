"""Every operation while the database is stopped or frozen."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

from tests.concurrency import wait_until
from tests.torture.clients import Client
from tests.torture.exhaustion import is_healthy
from tests.torture.ledger import Response
from tests.torture.report import Report

# More than a new connection and one message may take: 1 s and 1.75 s.
SOON_S = 3
CONCURRENCY = 8
UNKNOWN_ID = "00000000-0000-7000-8000-000000000000"
SECRET = "x" * 43  # of no calendar feed
CODES = {"GET /readyz/": {"not_ready"}}
# Their only message contains the COMMIT, so on an open connection the outcome is unknown.
CODES["DELETE /v1/profile/calendar/"] = {"try_again", "outcome_unknown"}
CODES["POST /v1/profile/password/reset/"] = {"try_again", "outcome_unknown"}


def operations(base_url: str, user) -> list[tuple[str, str, object]]:
    """Method, path and body for each documented operation that needs the database."""
    account = {"username": "ada", "password": "correct horse battery"}
    bodies = {
        "/v1/profile/signup/": account,
        "/v1/profile/token/": account,
        "/v1/profile/token/refresh/": {"refresh_token": user.refresh_token},
        "/v1/profile/token/revoke/": {"refresh_token": user.refresh_token},
        "/v1/profile/token/verify/": {"token": user.access_token},
    }
    document = httpx.get(f"{base_url}/api/schema/").json()
    found = []
    for path, operations in document["paths"].items():
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
            url = re.sub(r"\{\w+\}", UNKNOWN_ID, path.replace("{secret}", SECRET))
            content = operations[method].get("requestBody", {}).get("content", {})
            example = content["application/json"]["example"] if content else None
            found.append((method.upper(), url, bodies.get(path, example)))
    return sorted((each for each in found if each[1] != "/healthz/"), key=str)


def request_all(base_url: str, user) -> list[tuple[str, Response]]:
    def request(operation):
        method, path, body = operation
        client = Client(base_url)
        response = client.request(user, method, path, body)
        client.close()
        return f"{method} {path}", response

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        return list(pool.map(request, operations(base_url, user)))


@contextmanager
def frozen(cluster):
    with cluster.frozen():
        yield


@contextmanager
def stopped(cluster):
    cluster.stop()
    yield
    cluster.start()


def all_operations(cluster, sample_data, service, *, fault) -> Report:
    """Send every operation during the fault, then wait for recovery."""
    report = Report(f"database {fault.__name__}: every operation")
    [user] = sample_data.create_users(1)
    client = Client(service.base_url)
    report.check(is_healthy(client, user), "the service was not healthy")
    with fault(cluster):
        responses = request_all(service.base_url, user)
    recovery_s = wait_until(lambda: is_healthy(client, user), "the service is healthy again")
    report.check(recovery_s < SOON_S, f"recovery took {recovery_s:.1f} s")
    client.close()
    sample_data.close()
    slowest = max(response.ended - response.started for _, response in responses)
    for operation, response in responses:
        report.check(
            response.status == 503 and response.code in CODES.get(operation, {"try_again"}),
            f"{operation}: {response.status} {response.code}",
        )
    report.check(slowest < SOON_S, f"a response took {slowest:.1f} s")
    report.figures = {
        "operations": len(responses),
        "slowest response s": round(slowest, 2),
        "recovery s": round(recovery_s, 2),
    }
    return report
