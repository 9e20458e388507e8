"""Sessions end while their requests are in progress."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.concurrency import wait_until
from tests.service import a_service
from tests.torture.clients import Client
from tests.torture.report import Report

PATIENT = {"DATABASE_LOCK_TIMEOUT": "25", "DATABASE_STATEMENT_TIMEOUT": "25"}


def revoked_sessions(sample_data, *, rounds: int, attendees: int = 4) -> Report:
    """Revoke sessions while their requests wait for the event's row lock."""
    report = Report(f"sessions revoked while {attendees} attends wait, {rounds} rounds")
    responses: Counter[tuple[int | None, str | None]] = Counter()
    [creator] = sample_data.create_users(1)
    with (
        a_service(sample_data.database_url, WEB_THREADS=str(2 * attendees), **PATIENT) as service,
        ThreadPoolExecutor(attendees) as threads,
    ):
        for _ in range(rounds):
            users = sample_data.create_users(attendees)
            event = sample_data.create_event(creator)
            attend, revoke = f"/v1/events/{event}/attend/", "/v1/profile/token/revoke-all/"
            with sample_data.lock_event(event):
                waiting = [threads.submit(post, service, user, attend) for user in users]
                wait_until(lambda: sample_data.count_lock_waits() == attendees, "all wait")
                for user in users:
                    status, code = post(service, user, revoke)
                    report.check(status == 204, f"revoke: {status} {code}")
            responses.update(each.result() for each in waiting)
            _, count, seated = sample_data.seats(event)
            report.check(count == len(seated) == 0, f"count {count}, {len(seated)} rows")
    report.figures = {"401": responses[401, "invalid_token"]}
    report.check(set(responses) == {(401, "invalid_token")}, f"responses: {dict(responses)}")
    return report


def post(service, user, path):
    """The status and the problem code."""
    client = Client(service.base_url)
    response = client.request(user, "POST", path)
    client.close()
    return response.status, response.code
