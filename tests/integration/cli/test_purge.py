"""The purge command, also while the service is running."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

import httpx
import pytest

from adapters.postgres.maintenance.expired_rows import BATCH
from application.idempotency import IdempotencyRecord, IdempotentRequest
from domain.events.state import EventState
from tests.builders import DAY, a_session, a_user, an_event
from tests.postgres import run_in
from tests.storage import add_all, change

NUMBER = 2 * BATCH + 500
NOTHING_SENT = "0 webhook deliveries, 0 mail tokens, 0 reminders and 0 rows of deleted accounts"
ACCOUNT = {"username": "grace", "password": "correct horse battery"}
EVENT = {
    "title": "Tea",
    "start_time": "2099-05-17T16:00:00Z",
    "end_time": "2099-05-17T18:00:00Z",
    "capacity": 9,
}


@pytest.fixture
def expired_db(db):
    """Many expired sessions and an expired key, and one of each that is current."""
    now, ada = datetime.now(UTC), a_user()
    with db.new_work() as work:
        work.users.add(ada)
        for key, age in (("old", 4 * DAY), ("new", timedelta(0))):
            record = IdempotencyRecord(IdempotentRequest(key, b""), {}, created_at=now - age)
            work.idempotency.add(ada.id, record)
            work.sessions.add(a_session(user_id=ada.id, now=now - age))
        work.commit()
    db.run(f"""
        INSERT INTO sessions SELECT gen_random_uuid(), user_id, refresh_token_hash, created_at,
               last_used_at, expires_at, CASE WHEN n % 2 = 0 THEN created_at END, ends_at
        FROM sessions, generate_series(2, {NUMBER}) n WHERE expires_at < now()
    """)
    return db


def counts(db):
    return db.rows("SELECT count(*), (SELECT count(*) FROM idempotency_keys) AS keys FROM sessions")


def test_expired_rows_are_deleted_and_counted(output_of, run_command, expired_db):
    dry_output = output_of("purge", "--dry-run", **expired_db.settings)
    recent_output = output_of("purge", "--older-than", 5, **expired_db.settings)
    assert counts(expired_db) == [(NUMBER + 1, 2)]
    purged = run_command("purge", **expired_db.settings)

    rest = f"0 wrong-password counters, 0 waitlist places, {NOTHING_SENT}"
    counted = f"{NUMBER} sessions, 1 idempotency key, {rest} "
    assert dry_output == f"{counted}would be deleted.\n"
    assert recent_output == f"0 sessions, 0 idempotency keys, {rest} were deleted.\n"
    assert purged.stdout == f"{counted}were deleted.\n"
    assert counts(expired_db) == [(1, 1)]


def test_an_interrupted_deletion_is_finished(output_of, db):
    ada, grace = a_user("ada"), a_user("grace")
    start = datetime.now(UTC) + DAY
    own, other = (an_event(creator_id=each.id, start_time=start) for each in (ada, grace))
    draft = an_event(creator_id=ada.id, start_time=start, state=EventState.DRAFT)
    full = an_event(creator_id=grace.id, start_time=start, capacity=1)
    add_all(db.new_work, ada, grace, own, other, draft, full)
    change(db.new_work, full, lambda loaded: loaded.attend(start - DAY), grace)
    change(db.new_work, full, lambda loaded: loaded.join_waitlist(start - DAY), ada)
    change(db.new_work, other, lambda loaded: loaded.attend(start - DAY), ada)
    with db.new_work() as work:
        work.users.remove(work.users.find_for_update(ada.id))
        work.commit()

    dry_output = output_of("purge", "--dry-run", **db.settings)
    outputs = [output_of("purge", **db.settings) for _ in range(2)]

    nothing = (
        "0 sessions, 0 idempotency keys, 0 wrong-password counters, 0 waitlist places, "
        f"{NOTHING_SENT}"
    )
    interrupted = "1 interrupted account deletion."
    assert dry_output == f"Would finish {interrupted}\n{nothing} would be deleted.\n"
    assert outputs == [
        f"Finished {interrupted}\n{nothing} were deleted.\n",
        f"{nothing} were deleted.\n",
    ]
    assert dict(db.rows("SELECT id, state FROM events")) == {
        own.id: EventState.CANCELLED,
        other.id: EventState.PUBLISHED,
        full.id: EventState.PUBLISHED,
    }
    assert db.rows("SELECT sum(attendees_count), sum(waitlist_count) FROM events") == [(1, 0)]
    assert db.rows("SELECT user_id FROM attendances") == [(grace.id,)]
    assert db.rows("SELECT count(*) FROM waitlist_entries") == [(0,)]


def test_two_concurrent_purges_share_the_work(run_command, expired_db):
    outputs = []
    threads = [
        Thread(target=lambda: outputs.append(run_command("purge", **expired_db.settings).stdout))
        for _ in range(2)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sum(int(line.split()[0]) for line in outputs) == NUMBER
    assert counts(expired_db) == [(1, 1)]


def test_a_locked_row_is_skipped(output_of, expired_db):
    with expired_db.new_work() as work:
        run_in(work, "SELECT FROM sessions ORDER BY expires_at LIMIT 1 FOR UPDATE")
        output = output_of("purge", **expired_db.settings)

    assert output.startswith(f"{NUMBER - 1} sessions, ")
    assert output_of("purge", **expired_db.settings).startswith("1 session, ")


class BusyUser(Thread):
    """A user who logs in, refreshes and creates events until stopped."""

    def __init__(self, base_url):
        super().__init__()
        self.statuses = []
        self.stop = Event()
        self._http = httpx.Client(base_url=base_url, timeout=30)
        self._post("/v1/profile/signup/", ACCOUNT)

    def _post(self, path, body, **headers):
        response = self._http.post(path, json=body, headers=headers)
        self.statuses.append(response.status_code)
        return response.json()

    def run(self):
        tokens = first = self._post("/v1/profile/token/", ACCOUNT)
        while not self.stop.is_set():
            body = {"refresh_token": tokens["refresh_token"]}
            tokens = self._post("/v1/profile/token/refresh/", body)
            authorization = {"Authorization": f"Bearer {tokens['access_token']}"}
            self._post("/v1/events/", EVENT, **authorization, **{"Idempotency-Key": str(uuid4())})
        # This ends the session, so it must be the last request.
        body = {"refresh_token": first["refresh_token"]}
        self.reuse_response = self._http.post("/v1/profile/token/refresh/", json=body).json()
        self._http.close()


def test_the_service_works_during_a_purge_and_still_detects_reuse(
    serve_database, run_command, expired_db
):
    user = BusyUser(serve_database(expired_db))
    user.start()
    result = run_command("purge", "--older-than", 0, **expired_db.settings)
    user.stop.set()
    user.join()

    # The request with a key may have deleted the expired key first.
    assert result.stdout.startswith(f"{NUMBER} sessions, ")
    assert set(user.statuses) <= {200, 201}
    assert len(user.statuses) > 10
    assert user.reuse_response["code"] == "refresh_token_reused"
