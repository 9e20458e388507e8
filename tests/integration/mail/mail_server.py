"""SMTP servers on this machine."""

import socket
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import SMTP

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class MailServer(Controller):
    """On a free port. Changed by its handler: see aiosmtpd, `Handlers`."""

    def __init__(self, handler, **options):
        self._socket = socket.create_server(("127.0.0.1", 0))
        port = self._socket.getsockname()[1]
        # Without SMTPUTF8 and 8BITMIME, which servers need not offer.
        options = {"enable_SMTPUTF8": False, **options}
        super().__init__(handler, "127.0.0.1", port, server_hostname="localhost", **options)

    def _create_server(self):
        return self.loop.create_server(
            self._factory_invoker, sock=self._socket, ssl=self.ssl_context
        )


class Inbox:
    """Accepts and keeps all mails."""

    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def messages(self):
        return [message_from_bytes(each.content, policy=SMTP) for each in self.envelopes]


@contextmanager
def a_mail_server(handler, **options):
    """Its port."""
    server = MailServer(handler, **options)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def accepts_login(server, session, envelope, mechanism, login):
    """An authenticator of aiosmtpd."""
    expected = LoginPassword(b"ada@example.org", b"p/w: 1")
    return AuthResult(success=login == expected, handled=False)
