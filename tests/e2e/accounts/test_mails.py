"""Mails of a real worker, which arrive at a real SMTP server on this machine."""

import asyncio
import re
from collections import Counter, defaultdict
from threading import Event

import pytest
from sqlalchemy import text

from adapters.worker.worker import MAX_MAILS
from tests.concurrency import TIMEOUT_S, wait_until
from tests.e2e.client import PASSWORD, in_hours
from tests.integration.mail.mail_server import Inbox, a_mail_server
from tests.workers import kill, start_worker

NEW_PASSWORD = "seven teas with grace"


class Postbox(Inbox):
    """Accepts mails. The next ones are handled as `faults` says, in order."""

    def __init__(self):
        super().__init__()
        self.faults = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.faults and isinstance(self.faults[0], str):
            return self.faults.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        if self.faults:
            await self.faults.pop(0)(server)
        return "250 OK"

    def mails_to(self, address):
        return [each for each in self.messages if each["To"] == address]

    def wait_for(self, address, subject, number=1):
        """The mail to this address whose subject begins so, once there are as many."""

        def found():
            mails = self.mails_to(address)
            return [each for each in mails if each["Subject"].startswith(subject)]

        wait_until(lambda: len(found()) >= number, f"{subject} arrives at {address}")
        assert len(found()) == number
        return found()[-1]


async def drop_connection(server):
    server.transport.abort()


class Stall:
    """A server that is slow to accept a mail, until `end` is set."""

    def __init__(self):
        self.has_begun, self.end = Event(), Event()

    async def __call__(self, _server):
        self.has_begun.set()
        await asyncio.to_thread(self.end.wait, TIMEOUT_S)


class Worker:
    """A worker that can be killed and started again."""

    def __init__(self, database_url, port):
        self._database_url = database_url
        self._settings = {
            "SMTP_URL": f"smtp://127.0.0.1:{port}",
            "MAIL_FROM": "Turnout <turnout@example.org>",
            "PUBLIC_APP_URL": "https://app.example.org",
        }
        self.start()

    def start(self):
        self._process = start_worker(self._database_url, **self._settings)

    def kill(self):
        kill(self._process)


@pytest.fixture(scope="module")
def mail_server():
    """The postbox and the port."""
    postbox = Postbox()
    with a_mail_server(postbox) as port:
        yield postbox, port


@pytest.fixture(scope="module")
def worker(database, mail_server):
    worker = Worker(database.render_as_string(hide_password=False), mail_server[1])
    yield worker
    worker.kill()


@pytest.fixture
def postbox(mail_server, worker, empty_database):
    postbox, _ = mail_server
    postbox.envelopes.clear()
    return postbox


@pytest.fixture
def queue(engine):
    return Queue(engine)


class Queue:
    def __init__(self, engine):
        self._engine = engine

    def attempts(self):
        """Of each mail that waits."""
        with self._engine.connect() as connection:
            return connection.execute(text("SELECT attempts FROM mails")).scalars().all()

    def wait_until_empty(self):
        statement = text("SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM mails)")

        def is_empty():
            with self._engine.connect() as connection:
                return connection.execute(statement).scalar_one() == 0

        wait_until(is_empty, "no mail waits")

    def make_due(self):
        with self._engine.begin() as connection:
            connection.execute(text("UPDATE mails SET next_attempt_at = now()"))


@pytest.fixture
def join(visitor, engine):
    """Sign up with a verified address, or one that is not."""

    def join(name, *, is_verified=True):
        member = visitor.new_member(name)
        statement = text("""
            UPDATE users SET email = :email, verified_email = CASE WHEN :is_verified THEN :email END
            WHERE id = :id
        """)
        values = {"id": member.id, "email": address(name), "is_verified": is_verified}
        with engine.begin() as connection:
            connection.execute(statement, values)
        return member

    return join


def address(name):
    return f"{name}@example.org"


def token_in(mail):
    return re.search("#token=([A-Za-z0-9_-]+)", mail.get_body("plain").get_content())[1]


def verify_email(visitor, token):
    return visitor.post("/v1/profile/email/verify/", {"token": token})


def request_reset(visitor, email):
    response = visitor.post("/v1/profile/password/reset/", {"email": email})
    assert (response.status_code, response.content) == (202, b"")


def reset_password(visitor, token, new_password=NEW_PASSWORD):
    body = {"token": token, "new_password": new_password}
    return visitor.post("/v1/profile/password/reset/confirm/", body)


def is_refused(response):
    return (response.status_code, response.json()["code"]) == (422, "invalid_mail_token")


def test_an_address_is_verified_with_the_token_of_a_mail(visitor, ada, postbox):
    ada.change_email(address("ada"))
    mail = postbox.wait_for(address("ada"), "Confirm")
    assert not ada.get("/v1/profile/").json()["email_verified"]

    assert verify_email(visitor, token_in(mail)).status_code == 204

    assert ada.get("/v1/profile/").json()["email_verified"]
    assert is_refused(verify_email(visitor, token_in(mail)))


def test_the_old_address_learns_of_a_change_and_the_new_one_must_be_verified(
    visitor, join, postbox, queue
):
    ada = join("ada")

    ada.change_email("ada@new.example.org")

    mail = postbox.wait_for("ada@new.example.org", "Confirm")
    postbox.wait_for(address("ada"), "Your email address")
    queue.wait_until_empty()
    assert len(postbox.messages) == 2
    assert not ada.get("/v1/profile/").json()["email_verified"]
    assert verify_email(visitor, token_in(mail)).status_code == 204


def test_a_password_is_reset_once_and_all_sessions_end(visitor, join, postbox, queue):
    ada = join("ada")
    join("grace", is_verified=False)

    for email in ("ADA@example.org", address("grace"), "nobody@example.org"):
        request_reset(visitor, email)

    mail = postbox.wait_for(address("ada"), "Reset your password")
    queue.wait_until_empty()
    assert len(postbox.messages) == 1
    assert ada.is_logged_in()
    assert reset_password(visitor, token_in(mail), "short").json()["code"] == "validation_failed"
    assert reset_password(visitor, token_in(mail)).status_code == 204
    assert not ada.is_logged_in()
    assert visitor.refresh(ada.tokens["refresh_token"]).status_code == 401
    assert visitor.log_in(ada.username).status_code == 401
    assert visitor.log_in(ada.username, NEW_PASSWORD).status_code == 200
    assert is_refused(reset_password(visitor, token_in(mail), PASSWORD))


def test_those_concerned_learn_that_an_event_moved_gave_them_a_seat_or_is_called_off(
    join, postbox, queue
):
    """Not: the creator, those without a verified address, and those who do not want to."""
    ada, grace, mary = join("ada"), join("grace"), join("mary")
    bob, eve = join("bob", is_verified=False), join("eve")
    switches = {"notify_promotion", "notify_event_changes", "notify_reminder"}
    eve.patch("/v1/profile/", **dict.fromkeys(switches, False))
    event = ada.new_event(capacity=3, title="Tea", location="Kitchen")
    for person in (ada, grace, bob):
        assert person.attend(event).status_code == 204
    for person in (eve, mary):
        assert person.join_waitlist(event).status_code == 201

    ada.patch(event, description="Bring a cup.")
    ada.patch(event, location="Garden")
    moved = postbox.wait_for(address("grace"), "New place")
    postbox.wait_for(address("mary"), "New place")
    bob.cancel(event)  # promotes Eve
    grace.cancel(event)  # promotes Mary
    bob.join_waitlist(event)
    ada.cancel(event)  # promotes Bob
    postbox.wait_for(address("mary"), "You have a seat")
    ada.call_off(event)
    postbox.wait_for(address("mary"), "Called off")
    queue.wait_until_empty()

    assert "Garden" in moved.get_body("plain").get_content()
    assert Counter(each["To"] for each in postbox.messages) == {
        address("grace"): 1,
        address("mary"): 3,
    }


def test_attendees_are_reminded_once_one_day_before(engine, join, postbox, queue, worker):
    """Not: those who took their seat later. A worker looks for events when it starts."""
    ada, grace, mary = join("ada"), join("grace"), join("mary")
    soon = {"start_time": in_hours(23), "end_time": in_hours(24)}
    late = {"start_time": in_hours(25), "end_time": in_hours(26)}
    tea, coffee = (ada.new_event(title=title, **soon) for title in ("Tea", "Coffee"))
    dinner = ada.new_event(title="Dinner", **late)
    for event in (tea, dinner):
        assert grace.attend(event).status_code == 204
    with engine.begin() as connection:
        connection.execute(text("UPDATE attendances SET registered_at = now() - interval '1 week'"))
    assert mary.attend(tea).status_code == 204
    assert mary.attend(coffee).status_code == 204
    worker.kill()
    worker.start()
    postbox.wait_for(address("grace"), "Reminder: Tea")
    with engine.begin() as connection:
        # Coffee moves, so that it gets another reminder, and Mary has had her seat for long.
        connection.execute(text("UPDATE attendances SET registered_at = now() - interval '1 week'"))
    moved = {"start_time": in_hours(22), "end_time": in_hours(23)}
    assert ada.patch(coffee, **moved).status_code == 200

    worker.kill()
    worker.start()

    postbox.wait_for(address("mary"), "Reminder: Coffee")
    queue.wait_until_empty()
    reminders = [each for each in postbox.messages if each["Subject"].startswith("Reminder")]
    assert len(reminders) == 2


def test_a_mail_is_sent_again_after_a_server_refused_it_for_a_while(ada, postbox, queue):
    """Greylisting (RFC 6647)."""
    postbox.faults = ["450 4.2.0 greylisted"]
    ada.change_email(address("ada"))
    wait_until(lambda: queue.attempts() == [1], "the attempt is recorded")
    assert not postbox.messages

    queue.make_due()

    postbox.wait_for(address("ada"), "Confirm")
    queue.wait_until_empty()


def test_a_mail_whose_fate_is_unknown_is_sent_again_with_the_same_message_id(
    visitor, ada, postbox, queue
):
    postbox.faults = [drop_connection]
    ada.change_email(address("ada"))
    wait_until(lambda: queue.attempts() == [1], "the attempt is recorded")

    queue.make_due()

    second = postbox.wait_for(address("ada"), "Confirm", number=2)
    queue.wait_until_empty()
    first = postbox.messages[0]
    assert first["Message-ID"] == second["Message-ID"]
    assert verify_email(visitor, token_in(second)).status_code == 204


def test_a_mail_that_a_server_refuses_for_good_is_not_sent_again(ada, postbox, queue):
    postbox.faults = ["550 5.1.1 no such user"]
    ada.change_email(address("ada"))

    wait_until(lambda: not postbox.faults, "the mail is refused")

    queue.wait_until_empty()
    assert not postbox.messages


def test_a_slow_server_delays_only_its_own_mail(ada, grace, postbox, queue):
    stall = Stall()
    postbox.faults = [stall]
    ada.change_email(address("ada"))
    assert stall.has_begun.wait(TIMEOUT_S)

    grace.change_email(address("grace"))

    postbox.wait_for(address("grace"), "Confirm")
    wait_until(lambda: queue.attempts() == [0], "the other one is recorded")
    stall.end.set()
    queue.wait_until_empty()
    assert len(postbox.messages) == 2


def test_however_often_the_worker_dies_each_person_gets_one_mail_about_a_change(
    join, postbox, queue, worker
):
    """At least once: a mail that the server accepted from a killed worker is sent again, with the
    same Message-ID, by which mail programs and servers recognize it.
    """
    names = ["grace", "mary", "bob", "eve", "alan", "joan"]
    ada = join("ada")
    event = ada.new_event(title="Tea", location="Kitchen")
    for person in map(join, names):
        assert person.attend(event).status_code == 204
    kills = 2
    ada.patch(event, location="Garden")
    for _ in range(kills):
        stall = Stall()
        postbox.faults = [stall]
        queue.make_due()
        assert stall.has_begun.wait(TIMEOUT_S)
        worker.kill()
        stall.end.set()
        worker.start()
    queue.make_due()
    queue.wait_until_empty()

    ids = defaultdict(set)
    for message in postbox.messages:
        ids[message["To"]].add(message["Message-ID"])
    assert {to: len(each) for to, each in ids.items()} == dict.fromkeys(map(address, names), 1)
    assert len(postbox.messages) <= len(names) + kills * MAX_MAILS
