"""The worker's loops, with everything in memory."""

import asyncio
import logging
from collections import Counter
from contextlib import asynccontextmanager
from datetime import timedelta
from threading import Event
from uuid import uuid4

import pytest
from psycopg2 import OperationalError

from adapters.worker import worker as worker_module
from adapters.worker.worker import Worker
from application.caller import Caller
from application.errors import OutcomeUnknown, Unavailable
from application.ports.mailer import Mailer, MailNotSent, MailRejected
from application.ports.webhook_sender import WebhookSender
from application.webhooks.claim_deliveries import PER_WEBHOOK
from domain.webhooks.delivery import LEASE, Attempt, DeliveryState
from tests.builders import DAY, HOUR, a_delivery, a_queued_mail, a_verified_user, a_webhook
from tests.concurrency import TIMEOUT_S
from tests.fakes.memory import MemoryUnitOfWorkFactory
from tests.unit.application.world import World

pytestmark = pytest.mark.anyio

OK, SERVER_ERROR, GONE = (Attempt(status, timedelta(0)) for status in (200, 500, 410))


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(worker_module, "PAUSE_S", 0.005)


class Sender(WebhookSender):
    """Endpoints with `slow` in their URL respond after `release`, one for each permit."""

    def __init__(self, attempt=OK):
        self.attempt = attempt
        self.started, self.ended = Counter(), Counter()
        self.requests = []
        self._permits = asyncio.Semaphore(0)

    def release(self, permits=1_000):
        for _ in range(permits):
            self._permits.release()

    async def send(self, request):
        self.requests.append(request)
        self.started[request.url] += 1
        if "slow" in request.url:
            await self._permits.acquire()
        self.ended[request.url] += 1
        return self.attempt


class Outbound(Mailer):
    """Sends after `release`; raises `error` instead, if there is one."""

    def __init__(self, error=None):
        self.error = error
        self.sent = []
        self.release = Event()
        self.release.set()

    def send(self, mail):
        assert self.release.wait(TIMEOUT_S)
        self.sent.append(mail)
        if self.error:
            raise self.error


class InterruptedFactory(MemoryUnitOfWorkFactory):
    """The database does not respond while `error` is set."""

    error = None
    failures = 0

    def __call__(self, caller=None):
        if self.error:
            self.failures += 1
            raise self.error
        return super().__call__(caller)


@pytest.fixture
def world():
    return World(InterruptedFactory)


@pytest.fixture
def state(world):
    """What is committed."""
    return lambda: world.store.committed


@asynccontextmanager
async def running(world, sender=None, mailer=None):
    """Runs a worker for this block; yields what stops it, and the task."""
    stop = asyncio.Event()
    worker = Worker(world, sender or Sender(), mailer, world.clock)
    task = asyncio.create_task(worker.run(stop))
    try:
        yield stop, task
    finally:
        stop.set()
        async with asyncio.timeout(TIMEOUT_S):
            await task


async def until(condition):
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():
            await asyncio.sleep(0.001)


def add(world, *, webhooks=(), deliveries=(), mails=(), users=()):
    with world.new_work() as work:
        for user in users:
            work.users.add(user)
        for webhook in webhooks:
            work.webhooks.add(webhook)
        work.deliveries.add_all(deliveries)
        for mail in mails:
            work.mails.add(mail)
        work.commit()


def deliveries_to(webhook, count=1):
    return [a_delivery(webhook, message_id=uuid4()) for _ in range(count)]


def state_of(world, delivery):
    return world.store.committed.deliveries[delivery.id].state


async def test_a_change_reaches_the_webhook_of_the_events_creator(world, state):
    ada = world.person("ada")
    webhook = a_webhook(user_id=ada.user_id)
    add(world, webhooks=[webhook])
    world.published(ada)
    sender = Sender()

    async with running(world, sender):
        await until(lambda: sender.ended[webhook.url])

    [request] = sender.requests
    [delivery] = state().deliveries.values()
    assert '"type":"event.published"' in request.body
    assert request.message_id == delivery.message_id
    assert list(request.secrets) == [webhook.secret]
    assert delivery.state is DeliveryState.SUCCEEDED
    assert not state().outbox


async def test_attendees_get_a_reminder(world):
    ada, grace = world.person("ada"), a_verified_user("grace")
    add(world, users=[grace])
    event = world.published(ada, start=DAY + HOUR)
    world.attend_event(event.id, Caller(grace.id))
    world.clock.advance(2 * HOUR)
    mailer = Outbound()

    async with running(world, mailer=mailer):
        await until(lambda: mailer.sent)

    [mail] = mailer.sent
    assert mail.recipient == grace.email


async def test_a_slow_endpoint_delays_only_its_own_deliveries(world):
    slow, fast = a_webhook(url="https://slow.example/"), a_webhook(url="https://fast.example/")
    waiting, others = deliveries_to(slow, 3 * PER_WEBHOOK), deliveries_to(fast, 30)
    add(world, webhooks=[slow, fast], deliveries=waiting[:1])
    sender = Sender()

    async with running(world, sender):
        await until(lambda: sender.started[slow.url])
        add(world, deliveries=[*waiting[1:], *others])
        await until(lambda: sender.ended[fast.url] == len(others))

        assert sender.started[slow.url] == PER_WEBHOOK
        sender.release()
        await until(lambda: sender.ended[slow.url] == len(waiting))


async def test_a_slow_mail_server_does_not_delay_webhooks(world):
    user, webhook = a_verified_user(), a_webhook()
    mails = [a_queued_mail(user) for _ in range(2 * worker_module.MAX_MAILS)]
    deliveries = deliveries_to(webhook, 30)
    add(world, users=[user], mails=mails, webhooks=[webhook])
    sender, mailer = Sender(), Outbound()
    mailer.release.clear()

    async with running(world, sender, mailer):
        await until(lambda: len(world.store.committed.leases) == worker_module.MAX_MAILS)
        add(world, deliveries=deliveries)
        await until(lambda: sender.ended[webhook.url] == len(deliveries))

        assert mailer.sent == []
        mailer.release.set()
        await until(lambda: len(mailer.sent) == len(mails))


async def test_a_stop_finishes_and_records_what_has_begun_and_begins_nothing_else(world, state):
    user, slow = a_verified_user(), a_webhook(url="https://slow.example/")
    # As many as are sent at a time: a claim that is running at the stop cannot take another.
    [*begun, later], mail = deliveries_to(slow, PER_WEBHOOK + 1), a_queued_mail(user)
    add(world, users=[user], mails=[mail], webhooks=[slow], deliveries=begun)
    sender, mailer = Sender(), Outbound()
    mailer.release.clear()

    async with running(world, sender, mailer) as (stop, task):
        all_ids = {each.id for each in (*begun, mail)}
        await until(
            lambda: sender.started[slow.url] == PER_WEBHOOK and state().leases.keys() >= all_ids
        )
        stop.set()
        add(world, deliveries=[later])
        mailer.release.set()
        await until(lambda: not state().mails)
        sender.release(1)
        await until(lambda: DeliveryState.SUCCEEDED in {state_of(world, each) for each in begun})
        assert not task.done()
        sender.release()

    assert {state_of(world, each) for each in begun} == {DeliveryState.SUCCEEDED}
    assert state_of(world, later) is DeliveryState.PENDING


def an_error_without_text():
    error = Unavailable()
    error.__cause__ = OperationalError("")
    return error


@pytest.mark.parametrize("error", [Unavailable(), OutcomeUnknown(), an_error_without_text()])
async def test_an_outage_of_the_database_is_logged_once_and_waited_for(world, caplog, error):
    webhook = a_webhook(url="https://slow.example/")
    begun, later = deliveries_to(webhook, 2)
    add(world, webhooks=[webhook], deliveries=[begun])
    sender = Sender()

    async with running(world, sender):
        await until(lambda: sender.started[webhook.url])
        world.new_work.error = error
        sender.release()
        await until(lambda: world.new_work.failures > 20)
        world.new_work.error = None
        add(world, deliveries=[later])
        await until(lambda: state_of(world, later) is DeliveryState.SUCCEEDED)

    assert state_of(world, begun) is DeliveryState.SUCCEEDED
    assert sender.started[webhook.url] == 2
    lines = Counter((each.message, each.use_case) for each in caplog.records)
    assert lines["database_unavailable", "RecordAttempt"] == 1
    assert lines["database_unavailable", "DispatchMessages"] == 1
    assert lines["database_available", "DispatchMessages"] == 1


async def test_a_stop_during_an_outage_leaves_the_attempt_to_the_end_of_its_lease(world):
    webhook = a_webhook(url="https://slow.example/")
    [delivery] = deliveries_to(webhook)
    add(world, webhooks=[webhook], deliveries=[delivery])
    sender = Sender()

    async with running(world, sender) as (stop, _):
        await until(lambda: sender.started[webhook.url])
        world.new_work.error = Unavailable()
        stop.set()
        sender.release()
    world.new_work.error = None
    world.clock.advance(LEASE)
    async with running(world, sender):
        await until(lambda: state_of(world, delivery) is DeliveryState.SUCCEEDED)

    assert [each.message_id for each in sender.requests] == [delivery.message_id] * 2


async def test_an_unexpected_error_ends_the_worker(world):
    user = a_verified_user()
    add(world, users=[user], mails=[a_queued_mail(user)])
    stop = asyncio.Event()
    worker = Worker(world, Sender(), Outbound(KeyError("a bug")), world.clock)

    with pytest.raises(ExceptionGroup) as error:
        async with asyncio.timeout(TIMEOUT_S):
            await worker.run(stop)

    assert [type(each) for each in error.value.exceptions] == [KeyError]


async def test_a_disabled_webhook_is_logged_by_its_id(world, caplog):
    webhook = a_webhook()
    add(world, webhooks=[webhook], deliveries=deliveries_to(webhook))

    async with running(world, Sender(GONE)):
        await until(lambda: caplog.records)

    [line] = caplog.records
    assert (line.message, line.levelno) == ("webhook_disabled", logging.WARNING)
    assert (line.webhook_id, line.reason) == (str(webhook.id), "gone")


async def test_an_attempt_that_is_repeated_is_not_logged(world, state, caplog):
    webhook = a_webhook()
    [delivery] = deliveries_to(webhook)
    add(world, webhooks=[webhook], deliveries=[delivery])

    async with running(world, Sender(SERVER_ERROR)):
        await until(lambda: state().deliveries[delivery.id].attempts)

    assert not caplog.records


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (MailRejected("550 5.1.1 <ada@example.org> #token=s3cret"), "failure", "550 5.1.1"),
        (MailNotSent("451 try later, ada@example.org"), "retry", "451"),
        (MailNotSent("ada@example.org has no server"), "retry", "MailNotSent"),
    ],
)
async def test_a_mail_that_is_not_sent_is_logged_without_the_servers_text(
    world, caplog, error, outcome, reason
):
    user = a_verified_user()
    mail = a_queued_mail(user)
    add(world, users=[user], mails=[mail])

    async with running(world, mailer=Outbound(error)):
        await until(lambda: caplog.records)

    [line] = caplog.records
    assert (line.message, line.levelno) == ("mail_not_sent", logging.WARNING)
    assert (line.mail_id, line.outcome, line.reason) == (str(mail.id), outcome, reason)
    assert not [value for value in vars(line).values() if "ada@" in str(value)]


async def test_without_a_mailer_mails_stay(world, state):
    user, webhook = a_verified_user(), a_webhook()
    add(world, users=[user], mails=[a_queued_mail(user)])
    add(world, webhooks=[webhook], deliveries=deliveries_to(webhook))
    sender = Sender()

    async with running(world, sender):
        await until(lambda: sender.ended[webhook.url])

    assert state().mails
