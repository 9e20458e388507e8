"""Sends mails through an SMTP server (RFC 5321, RFC 6409)."""

from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from enum import Enum
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)
from ssl import create_default_context

from adapters.mail.message import make_message
from application.ports.clock import Clock
from application.ports.mailer import Mail, Mailer, MailNotSent, MailRejected

TIMEOUT_S = 20.0
PERMANENT = range(500, 600)  # RFC 5321 section 4.2.1
AUTHENTICATION_REQUIRED = 530  # RFC 4954 section 6: about the settings, not about the mail


class Encryption(Enum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """User and password are ASCII, or empty for no login."""

    host: str
    port: int
    encryption: Encryption
    username: str = ""
    password: str = field(default="", repr=False)


class SmtpMailer(Mailer):
    """Certificates are verified. `timeout` in seconds is for each reply, about ten a mail."""

    def __init__(
        self, server: SmtpServer, sender: Address, clock: Clock, timeout: float = TIMEOUT_S
    ) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock
        self._timeout = timeout
        self._tls = create_default_context()

    def send(self, mail: Mail) -> None:
        message = make_message(mail, self._sender, self._clock.now())
        try:
            with closing(self._connect()) as smtp:
                self._secure(smtp)
                # send_message would write ">From" for "From" at the start of a line.
                smtp.sendmail(self._sender.addr_spec, [message["To"]], message.as_bytes())
                # The server has accepted the mail, whatever happens now.
                with suppress(OSError):
                    smtp.quit()
        except SMTPRecipientsRefused as error:
            [(code, reply)] = error.recipients.values()
            raise _error_of(code, reply) from error
        except (SMTPSenderRefused, SMTPDataError) as error:
            raise _error_of(error.smtp_code, error.smtp_error) from error
        except OSError as error:  # includes SMTPException
            raise MailNotSent(f"{type(error).__name__}: {error}") from error

    def _connect(self) -> SMTP:
        host, port = self._server.host, self._server.port
        # The default name looks up this machine's address, which can take seconds.
        name = self._sender.domain
        if self._server.encryption is Encryption.TLS:
            return SMTP_SSL(host, port, name, timeout=self._timeout, context=self._tls)
        return SMTP(host, port, name, timeout=self._timeout)

    def _secure(self, smtp: SMTP) -> None:
        if self._server.encryption is Encryption.STARTTLS:
            smtp.starttls(context=self._tls)
        if self._server.username:
            smtp.login(self._server.username, self._server.password)


def _error_of(code: int, reply: bytes | str) -> MailRejected | MailNotSent:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    is_final = code in PERMANENT and code != AUTHENTICATION_REQUIRED
    return (MailRejected if is_final else MailNotSent)(f"{code} {text}")
