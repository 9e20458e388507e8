import asyncio
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from application.errors import Unavailable
from application.mails.claim_mails import MailToSend
from application.mails.record_mail import SendResult
from application.messages.create_reminders import CreateReminders
from application.messages.dispatch_messages import DispatchMessages
from application.ports.clock import Clock
from application.ports.delivery_repository import ClaimedDelivery
from application.ports.mailer import Mailer, MailNotSent, MailRejected
from application.ports.webhook_sender import SignedRequest, WebhookSender
from application.worker_use_cases import WorkerUseCases

# How often to look for work after there was none, and how long to wait for the database.
PAUSE_S = 1.0
REMINDERS_S = 60.0
DATABASE_THREADS = 8
# At a time. Requests share one thread, so that slow endpoints do not use up all threads.
MAX_REQUESTS = 200
MAX_MAILS = 8
# An SMTP reply with its enhanced code (RFC 3463). The rest may quote addresses and links.
REPLY_CODES = re.compile(r"[45][0-9]{2}([ -][45]\.[0-9]{1,3}\.[0-9]{1,3})?")

Result = TypeVar("Result")
logger = logging.getLogger("turnout.worker")


class Worker:
    """Runs until `stop` is set, then finishes and records what it has begun.

    Each kind of work has its own loop, so that none waits for another. What is not recorded is
    repeated when its lease ends, by any worker. Without a mailer, there are no mails. Log lines
    have ids, but no addresses, tokens or texts.
    """

    def __init__(
        self,
        use_cases: WorkerUseCases,
        sender: WebhookSender,
        mailer: Mailer | None,
        clock: Clock,
    ) -> None:
        self._use_cases = use_cases
        self._sender = sender
        self._mailer = mailer
        self._clock = clock
        self._failing: set[str] = set()

    async def run(self, stop: asyncio.Event) -> None:
        with (
            ThreadPoolExecutor(DATABASE_THREADS, "database") as self._database_threads,
            ThreadPoolExecutor(MAX_MAILS, "mail") as self._mail_threads,
        ):
            async with asyncio.TaskGroup() as self._tasks:
                self._stop = self._tasks.create_task(stop.wait())
                self._tasks.create_task(self._repeat(self._use_cases.dispatch_messages, PAUSE_S))
                self._tasks.create_task(self._repeat(self._use_cases.create_reminders, REMINDERS_S))
                self._tasks.create_task(self._send_requests())
                if self._mailer:
                    self._tasks.create_task(self._send_mails(self._mailer))

    async def _repeat(self, use_case: DispatchMessages | CreateReminders, pause_s: float) -> None:
        while not self._stop.done():
            if not await self._call(use_case):
                await self._wait(pause_s)

    async def _send_requests(self) -> None:
        webhooks: dict[asyncio.Task[None], UUID] = {}
        while not self._stop.done():
            webhooks = {task: webhook for task, webhook in webhooks.items() if not task.done()}
            in_flight = Counter(webhooks.values())
            claimed = None
            if free := MAX_REQUESTS - len(webhooks):
                claimed = await self._call(self._use_cases.claim_deliveries, free, in_flight)
            for delivery in claimed or ():
                task = self._tasks.create_task(self._send_request(delivery))
                webhooks[task] = delivery.webhook.id
            if not claimed:
                await self._wait(PAUSE_S, *webhooks)

    async def _send_request(self, claimed: ClaimedDelivery) -> None:
        webhook, delivery, now = claimed.webhook, claimed.delivery, self._clock.now()
        secrets = webhook.signing_secrets(now)
        attempt = await self._sender.send(
            SignedRequest(webhook.url, delivery.message_id, delivery.body, secrets, now)
        )
        reason = await self._call(self._use_cases.record_attempt, claimed, attempt)
        if reason:
            self._warn("webhook_disabled", webhook_id=webhook.id, reason=reason)

    async def _send_mails(self, mailer: Mailer) -> None:
        sending: set[asyncio.Task[None]] = set()
        while not self._stop.done():
            sending = {task for task in sending if not task.done()}
            mails = None
            if free := MAX_MAILS - len(sending):
                mails = await self._call(self._use_cases.claim_mails, free)
            sending |= {
                self._tasks.create_task(self._send_mail(mailer, mail)) for mail in mails or ()
            }
            if not mails:
                await self._wait(PAUSE_S, *sending)

    async def _send_mail(self, mailer: Mailer, mail: MailToSend) -> None:
        reason = None
        try:
            await self._in_thread(self._mail_threads, mailer.send, mail.mail)
            result = SendResult.SENT
        except MailRejected as error:
            result, reason = SendResult.REJECTED, _reply_codes(error)
        except MailNotSent as error:
            result, reason = SendResult.NOT_SENT, _reply_codes(error)
        outcome = await self._call(self._use_cases.record_mail, mail, result)
        if reason:
            self._warn("mail_not_sent", mail_id=mail.mail.id, outcome=outcome, reason=reason)

    async def _call(self, use_case: Callable[..., Result], *arguments: Any) -> Result | None:
        """Call a use case, again and again while the database is unavailable.

        None if the worker is to stop before that. Logs when the use case begins and ends to fail.
        """
        name = type(use_case).__name__
        while True:
            try:
                result = await self._in_thread(self._database_threads, use_case, *arguments)
            except Unavailable as error:
                if name not in self._failing:
                    self._failing.add(name)
                    # The first line: others may quote values.
                    reason = str(error.__cause__ or error).partition("\n")[0]
                    self._warn("database_unavailable", use_case=name, reason=reason)
                if self._stop.done():
                    return None
                await self._wait(PAUSE_S)
            else:
                if name in self._failing:
                    self._failing.remove(name)
                    self._warn("database_available", use_case=name)
                return result

    @staticmethod
    def _in_thread(
        threads: ThreadPoolExecutor, act: Callable[..., Result], *arguments: Any
    ) -> Awaitable[Result]:
        return asyncio.get_running_loop().run_in_executor(threads, partial(act, *arguments))

    async def _wait(self, timeout_s: float, *tasks: asyncio.Task[None]) -> None:
        """Wait until the worker is to stop, or one of the tasks is done."""
        await asyncio.wait(
            [self._stop, *tasks], timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
        )

    @staticmethod
    def _warn(message: str, **fields: object) -> None:
        logger.warning(message, extra={name: str(value) for name, value in fields.items()})


def _reply_codes(error: MailRejected | MailNotSent) -> str:
    """Or the type of the error, if there was no reply."""
    codes = REPLY_CODES.match(str(error))
    return codes[0] if codes else type(error.__cause__ or error).__name__
