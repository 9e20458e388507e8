"""The mails of the service, without a mail server."""

import re
from datetime import timedelta

from adapters.mail.mail_templates import JinjaMailTemplates
from adapters.security.secrets import new_mail_token
from adapters.system import new_id
from application.mails.record_mail import SendResult
from application.worker_use_cases import build_worker_use_cases
from domain.webhooks.delivery import Attempt
from tests.fakes.delivery_metrics import DeliveryMetricsInMemory

APP_URL = "https://app.example.org"
BATCH = 100
SUCCESS = Attempt(200, timedelta(milliseconds=85), "Thanks!")


class Mailbox:
    """Does what the worker does with messages and mails."""

    def __init__(self, container):
        self._worker = build_worker_use_cases(
            new_work=container.work(),
            clock=container.clock(),
            new_id=new_id,
            new_mail_token=new_mail_token,
            templates=JinjaMailTemplates(APP_URL),
            jitter=lambda: 0.0,
            metrics=DeliveryMetricsInMemory(),
            is_mailing=True,
        )

    def dispatch(self):
        while self._worker.dispatch_messages():
            pass

    def receive(self):
        """The mails that are due, which are then sent."""
        self.dispatch()
        claimed = self._worker.claim_mails(BATCH)
        for each in claimed:
            self._worker.record_mail(each, SendResult.SENT)
        return [each.mail for each in claimed]

    def token_for(self, address):
        """The token of the only mail that is due."""
        [mail] = self.receive()
        assert mail.recipient == address
        return re.search(r"#token=(\S+)", mail.text)[1]

    def deliveries(self, attempt=SUCCESS):
        """All deliveries to webhooks that are due, of which each then has this attempt."""
        self.dispatch()
        attempted = []
        while claimed := self._worker.claim_deliveries(BATCH, {}):
            for each in claimed:
                self._worker.record_attempt(each, attempt)
            attempted += [each.delivery for each in claimed]
        return attempted
