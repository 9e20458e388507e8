"""The worker as a process, with its database and an endpoint on this machine."""

import json
import os
import signal
import subprocess
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import SimpleNamespace
from uuid import UUID

import pytest

from adapters.system import new_id
from application.webhooks.claim_deliveries import PER_WEBHOOK
from entrypoints.cli.worker import describe_mail
from entrypoints.settings import read_mail_settings
from tests.builders import a_delivery, a_queued_mail, a_user, a_webhook
from tests.concurrency import wait_until
from tests.e2e.operations.metrics import Metrics
from tests.integration.cli.conftest import TIMEOUT_S, open_database
from tests.postgres import run_on
from tests.processes import command, environment, free_port

BACKLOGS = {"turnout_outbox_messages", "turnout_deliveries_due", "turnout_mails_due"}
UNREACHABLE = SimpleNamespace(settings={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"})
AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)


class Endpoint(ThreadingHTTPServer):
    """Counts requests by message. Those to /slow get a response after `release`."""

    daemon_threads = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), EndpointHandler)
        self.received = Counter()
        self.release = Event()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def has_all(self, deliveries):
        return {each.message_id for each in deliveries} <= self.received.keys()


class EndpointHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received[UUID(self.headers["webhook-id"])] += 1
        if self.path == "/slow":
            assert self.server.release.wait(TIMEOUT_S)
        with suppress(ConnectionError):  # of a killed worker
            self.send_response(204)
            self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def endpoint():
    with Endpoint() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.release.set()
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def db(postgres):
    with open_database(postgres) as db:
        yield db


@contextmanager
def a_worker(root, db, **settings):
    """Killed at the end, unless the test stops it."""
    process = subprocess.Popen(
        command("worker"),
        cwd=root,
        env=environment(
            **{"WEBHOOK_ALLOW_PRIVATE_NETWORKS": "true", "LOG_FORMAT": "json"}
            | db.settings
            | settings
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout.readline() == "Turnout's worker is running.\n"
            yield process
        finally:
            process.kill()


def queue_deliveries(db, url, count=1):
    """To a new webhook of a new user."""
    user = a_user(f"user-{new_id().hex[-12:]}")
    webhook = a_webhook(id=new_id(), user_id=user.id, url=url, enabled_at=AN_HOUR_AGO)
    now = datetime.now(UTC)
    deliveries = [a_delivery(webhook, now, message_id=new_id()) for _ in range(count)]
    with db.new_work() as work:
        work.users.add(user)
        work.webhooks.add(webhook)
        work.deliveries.add_all(deliveries)
        work.commit()
    return deliveries


def state_of(db, delivery):
    [[state]] = db.rows("SELECT state FROM webhook_deliveries WHERE id = :id", id=delivery.id)
    return state


def is_done(db, delivery):
    return state_of(db, delivery) == "succeeded"


def test_sigterm_lets_it_finish_and_record_a_slow_attempt(root, db, endpoint):
    [slow] = queue_deliveries(db, endpoint.url("slow"))
    [other] = queue_deliveries(db, endpoint.url("fast"))
    with a_worker(root, db) as worker:
        wait_until(lambda: endpoint.has_all([slow]), "the slow endpoint has the request")
        wait_until(lambda: is_done(db, other), "another endpoint is not delayed")

        worker.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(0.3)
        endpoint.release.set()

        assert worker.wait(TIMEOUT_S) == 0
        assert worker.stderr.read() == ""
    assert is_done(db, slow)


def test_what_a_killed_worker_attempted_is_attempted_again_after_its_lease(root, db, endpoint):
    [delivery] = queue_deliveries(db, endpoint.url("slow"))
    with a_worker(root, db) as killed:
        wait_until(lambda: endpoint.has_all([delivery]), "the endpoint has the request")
        killed.kill()
    endpoint.release.set()
    [[lease]] = db.rows(
        "SELECT next_attempt_at - now() FROM webhook_deliveries WHERE id = :id", id=delivery.id
    )
    db.run(f"UPDATE webhook_deliveries SET next_attempt_at = now() WHERE id = '{delivery.id}'")

    with a_worker(root, db):
        wait_until(lambda: is_done(db, delivery), "the next worker has sent it")

    assert timedelta(0) < lease <= timedelta(minutes=1)
    assert endpoint.received[delivery.message_id] == 2


def test_two_workers_share_the_work_and_send_nothing_twice(root, db, endpoint):
    deliveries = queue_deliveries(db, endpoint.url("slow"), 2 * PER_WEBHOOK)
    with a_worker(root, db), a_worker(root, db):
        # As many as both of them may send to one webhook at a time.
        wait_until(lambda: endpoint.has_all(deliveries), "both workers have sent their share")
        more = queue_deliveries(db, endpoint.url("fast"), 50)
        endpoint.release.set()
        everything = deliveries + more
        wait_until(lambda: all(is_done(db, each) for each in everything), "all are sent")

    assert endpoint.received == {each.message_id: 1 for each in everything}


def test_it_waits_for_the_database_when_it_starts_and_later(root, postgres, db, endpoint):
    name = db.engine.url.database

    def stop_database():
        run_on(
            postgres,
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )

    def start_database():
        run_on(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        db.engine.dispose()

    stop_database()
    try:
        with a_worker(root, db) as worker:
            lines = [json.loads(worker.stderr.readline())]
            start_database()
            [slow] = queue_deliveries(db, endpoint.url("slow"))
            wait_until(lambda: endpoint.has_all([slow]), "it works")
            stop_database()
            endpoint.release.set()
            while [each["event"] for each in lines].count("database_unavailable") < 5:
                lines.append(json.loads(worker.stderr.readline()))
            start_database()
            wait_until(lambda: is_done(db, slow), "it has recorded the attempt")
            worker.terminate()
            lines += map(json.loads, worker.stderr.read().splitlines())
            assert worker.wait(TIMEOUT_S) == 0
    finally:
        start_database()

    assert endpoint.received[slow.message_id] == 1
    assert {each["event"] for each in lines} == {"database_unavailable", "database_available"}
    assert "not currently accepting connections" in lines[0]["reason"]
    begun_and_ended = Counter((each["use_case"], each["event"]) for each in lines)
    assert max(begun_and_ended.values()) <= 2


def test_metrics_have_attempts_by_outcome_and_what_is_due(root, db, endpoint):
    port = str(free_port())
    with a_worker(root, db, WORKER_METRICS_PORT=port):
        metrics = Metrics(port)
        with metrics.increases(3, "turnout_webhook_attempts_total", outcome="success"):
            queue_deliveries(db, endpoint.url("fast"), 3)
        metrics.wait_for_value(0, "turnout_deliveries_due")
        user = a_user(f"user-{new_id().hex[-12:]}")
        with db.new_work() as work:
            work.users.add(user)
            work.mails.add(a_queued_mail(user, datetime.now(UTC) - timedelta(hours=1)))
            work.commit()

        # Without a server for mails, they stay.
        assert metrics.value("turnout_mails_due") == 1
        assert 3600 <= metrics.value("turnout_mails_due_age_seconds") < 3700
        assert metrics.value("turnout_webhook_attempt_seconds_count") == 3
        assert metrics.value("turnout_mails_total") == 0


def test_metrics_have_no_backlogs_while_the_database_is_down(root):
    port = str(free_port())
    with a_worker(root, UNREACHABLE, WORKER_METRICS_PORT=port):
        names = {each.name for each in Metrics(port).samples()}

    assert "turnout_mails_total" in names
    assert not names & BACKLOGS


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"SMTP_URL": "smtp://smtp.example.org"}, "MAIL_FROM: is not set."),
        ({"DATABASE_URL": ""}, "DATABASE_URL: must be a URL like postgresql://user@host/name."),
        ({"WORKER_METRICS_PORT": "0"}, "WORKER_METRICS_PORT: "),
        ({"METRICS_HOST": "nowhere.invalid", "WORKER_METRICS_PORT": "9465"}, "METRICS_HOST: "),
        ({"WEBHOOK_ALLOW_PRIVATE_NETWORKS": "perhaps"}, "WEBHOOK_ALLOW_PRIVATE_NETWORKS: "),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL: "),
    ],
)
def test_invalid_settings_stop_its_start(error_of, changes, error):
    assert error_of("worker", **UNREACHABLE.settings | changes).startswith(error)


def test_a_database_without_the_migrations_stops_its_start(error_of, make_database):
    error = error_of("worker", **make_database(migrated=False).settings)

    assert error.startswith("the database is missing migrations of this version: ")


@pytest.mark.parametrize(
    ("settings", "mails"),
    [
        ({}, "none: SMTP_URL is not set"),
        ({"MAIL_DIR": "/var/mails"}, "in /var/mails"),
        (
            {
                "SMTP_URL": "smtps://ada:secret@smtp.example.org",
                "MAIL_FROM": "turnout@example.org",
                "PUBLIC_APP_URL": "https://app.example.org",
            },
            "through smtp.example.org",
        ),
    ],
)
def test_it_says_where_mails_go(monkeypatch, settings, mails):
    monkeypatch.setattr(os, "environ", settings)

    assert describe_mail(read_mail_settings()) == mails
