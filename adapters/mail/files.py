"""Writes mails to files, for development."""

import logging
import os
from email.headerregistry import Address
from pathlib import Path

from adapters.mail.message import make_message
from application.ports.clock import Clock
from application.ports.mailer import Mail, Mailer, MailNotSent

logger = logging.getLogger("turnout.mail")


class FileMailer(Mailer):
    """One .eml file per mail, named for its id and only readable by its owner. Logs the path."""

    def __init__(self, directory: Path, sender: Address, clock: Clock) -> None:
        self._directory = directory
        self._sender = sender
        self._clock = clock

    def send(self, mail: Mail) -> None:
        message = make_message(mail, self._sender, self._clock.now())
        path = self.path_of(mail)
        temporary = path.with_suffix(".new")
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "wb") as file:
                file.write(message.as_bytes())
            temporary.replace(path)
        except OSError as error:
            raise MailNotSent(f"{path}: {error.strerror}") from error
        logger.info("Wrote a mail to %s.", path)

    def path_of(self, mail: Mail) -> Path:
        return self._directory / f"{mail.id}.eml"
