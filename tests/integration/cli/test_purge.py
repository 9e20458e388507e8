"""Deleting what has had its time, beside a service that answers."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

import httpx
import pytest

from adapters.postgres.maintenance.expired_rows import BATCH
from application.idempotency import IdempotencyRecord, IdempotentRequest
from tests.builders import DAY, a_session, a_user
from tests.postgres import run_in

NUMBER = 2 * BATCH + 500
ACCOUNT = {"username": "grace", "password": "correct horse battery"}
EVENT = {
    "title": "Tea",
    "start_time": "2099-05-17T16:00:00Z",
    "end_time": "2099-05-17T18:00:00Z",
    "capacity": 9,
}


@pytest.fixture
def old_place(place):
    """Sessions and a key that were of use days ago, and one of each that still is."""
    now, ada = datetime.now(UTC), a_user()
    with place.new_work() as work:
        work.users.add(ada)
        for key, age in (("old", 4 * DAY), ("new", timedelta(0))):
            kept = IdempotencyRecord(IdempotentRequest(key, b""), {}, created_at=now - age)
            work.idempotency.add(ada.id, kept)
            work.sessions.add(a_session(user_id=ada.id, now=now - age))
        work.commit()
    place.run(f"""
        INSERT INTO sessions SELECT gen_random_uuid(), user_id, refresh_token_hash, created_at,
               last_used_at, expires_at, CASE WHEN n % 2 = 0 THEN created_at END, ends_at
        FROM sessions, generate_series(2, {NUMBER}) n WHERE expires_at < now()
    """)
    return place


def counts(place):
    return place.rows(
        "SELECT count(*), (SELECT count(*) FROM idempotency_keys) AS keys FROM sessions"
    )


def test_what_is_over_is_deleted_and_counted(done, turnout, old_place):
    dry = done("purge", "--dry-run", **old_place.settings)
    too_young = done("purge", "--older-than", 5, **old_place.settings)
    assert counts(old_place) == [(NUMBER + 1, 2)]
    purged = turnout("purge", **old_place.settings)

    told = f"{NUMBER} sessions and 1 idempotency keys "
    assert dry == f"{told}would be deleted.\n"
    assert too_young == "0 sessions and 0 idempotency keys were deleted.\n"
    assert purged.stdout == f"{told}were deleted.\n"
    assert counts(old_place) == [(1, 1)]


def test_two_at_once_share_the_work(turnout, old_place):
    told = []
    both = [
        Thread(target=lambda: told.append(turnout("purge", **old_place.settings).stdout))
        for _ in range(2)
    ]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert sum(int(line.split()[0]) for line in told) == NUMBER
    assert counts(old_place) == [(1, 1)]


def test_a_row_that_somebody_holds_is_passed_over(done, old_place):
    with old_place.new_work() as work:
        run_in(work, "SELECT FROM sessions ORDER BY expires_at LIMIT 1 FOR UPDATE")
        told = done("purge", **old_place.settings)

    assert told.startswith(f"{NUMBER - 1} sessions ")
    assert done("purge", **old_place.settings).startswith("1 sessions ")


class Visitor(Thread):
    """Somebody who logs in, refreshes and publishes for as long as they are let."""

    def __init__(self, base_url):
        super().__init__()
        self.answers = []
        self.is_enough = Event()
        self._http = httpx.Client(base_url=base_url, timeout=30)
        self._ask("/v1/profile/signup/", ACCOUNT)

    def _ask(self, path, body, **headers):
        answer = self._http.post(path, json=body, headers=headers)
        self.answers.append(answer.status_code)
        return answer.json()

    def run(self):
        tokens = self._ask("/v1/profile/token/", ACCOUNT)
        while not self.is_enough.is_set():
            spent = {"refresh_token": tokens["refresh_token"]}
            tokens = self._ask("/v1/profile/token/refresh/", spent)
            authorization = {"Authorization": f"Bearer {tokens['access_token']}"}
            self._ask("/v1/events/", EVENT, **authorization, **{"Idempotency-Key": str(uuid4())})
        # It would end the session: the last that is asked.
        self.last = self._http.post("/v1/profile/token/refresh/", json=spent).json()
        self._http.close()


def test_the_service_answers_meanwhile_and_knows_what_was_spent(serving_on, turnout, old_place):
    visitor = Visitor(serving_on(old_place))
    visitor.start()
    done = turnout("purge", "--older-than", 0, **old_place.settings)
    visitor.is_enough.set()
    visitor.join()

    # Whoever uses a key may have deleted the old one first.
    assert done.stdout.startswith(f"{NUMBER} sessions and ")
    assert set(visitor.answers) <= {200, 201}
    assert len(visitor.answers) > 10
    assert visitor.last["code"] == "refresh_token_reused"
