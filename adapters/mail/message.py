"""Mails as RFC 5322 messages."""

import re
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

import idna

from application.ports.mailer import Mail, MailRejected
from domain.text import CONTROL, LINE_BREAK

LINE_LENGTH, LINE_MAX_LENGTH = 78, 998  # RFC 5322 section 2.1.1
# An ASCII addr-spec without quoted strings, comments and address literals (RFC 5322 section 3.4.1).
# Some servers decode `=?utf-8?q?...?=` in it.
ADDRESS = re.compile(r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9._-]+")


class _LiteralHeader(BaseHeader):
    """Takes its text as it is.

    The standard headers decode `=?utf-8?q?...?=` in the text, also to line breaks, which Python
    before 3.11.10 then writes: an event's title could add headers (CVE-2024-6923).
    """

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds.update(decoded=value, parse_tree=None)  # only BaseHeader.fold needs the tree


class _EncodedHeader(_LiteralHeader):
    """Encoded (RFC 2047), unless it is short ASCII text that no reader decodes."""

    def fold(self, *, policy: Any) -> str:
        line = f"{self.name}: {self}"
        if self.isascii() and "=?" not in self and len(line) <= LINE_LENGTH:
            return f"{line}{policy.linesep}"
        encoded = Header(str(self), "utf-8", LINE_LENGTH, self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {encoded}{policy.linesep}"


class _UnfoldedHeader(_LiteralHeader):
    """The standard headers write long URLs as encoded words, which mail programs do not read."""

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("subject", _EncodedHeader)
_headers.map_to_type("list-unsubscribe", _UnfoldedHeader)
# Servers need not support 8BITMIME.
POLICY = SMTP.clone(header_factory=_headers, cte_type="7bit")


def make_message(mail: Mail, sender: Address, now: datetime) -> EmailMessage:
    """`To` is the recipient's address in ASCII. Raises MailRejected."""
    if re.search(f"[{CONTROL}{LINE_BREAK}]", mail.subject):
        raise MailRejected("The subject has line breaks or other control characters.")
    message = EmailMessage(POLICY)
    message["From"] = sender
    message["To"] = _to_ascii(mail.recipient)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    if mail.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
    message.set_content(mail.text, cte="7bit" if _is_short_ascii(mail.text) else None)
    message.add_alternative(mail.html, subtype="html")
    return message


def _is_short_ascii(text: str) -> bool:
    """It needs no encoding. So links in files can be copied."""
    return text.isascii() and max(map(len, text.splitlines()), default=0) <= LINE_MAX_LENGTH


def _to_ascii(address: str) -> str:
    """With the domain in the form that the DNS uses (RFC 5890). Raises MailRejected."""
    name, _, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError as error:
            raise MailRejected("The recipient's domain is invalid.") from error
    ascii_address = f"{name}@{domain}"
    if not ADDRESS.fullmatch(ascii_address):
        raise MailRejected("The recipient's address is invalid or not supported.")
    return ascii_address
