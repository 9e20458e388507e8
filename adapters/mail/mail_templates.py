"""The mails that Turnout sends. Their links lead to the pages of an app, below its URL."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from adapters.mail.event_times import time_of
from application.ports.mail_templates import EventDetails, MailTemplates, Recipient
from application.ports.mailer import Mail

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NO_PLACE = "to be announced"
GIVE_BACK = "If you can't come, please give your seat back, so that someone else can have it."
GIVE_UP = "If you can't come any more, please give your seat back or leave the waitlist."
_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
)


@dataclass(frozen=True, slots=True)
class _Content:
    """Text of other users is only in `facts` and at the end of `subject`."""

    subject: str
    opening: Sequence[str]
    action: str
    url: str
    facts: Sequence[tuple[str, str]] = ()
    closing: Sequence[str] = ()
    settings_url: str | None = None


class JinjaMailTemplates(MailTemplates):
    """`app_url` has no trailing slash.

    Tokens are in the fragment, which browsers do not send: no log contains them.
    """

    def __init__(self, app_url: str) -> None:
        self._app_url = app_url

    def verify_address(
        self, mail_id: UUID, recipient: Recipient, token: str, valid_for: timedelta
    ) -> Mail:
        content = _Content(
            subject="Confirm your email address",
            opening=[f"Please confirm that {recipient.address} is your email address."],
            action="Confirm your email address",
            url=f"{self._app_url}/verify-email#token={token}",
            closing=[
                f"The link expires after {_duration(valid_for)}.",
                "If you did not add this address to a Turnout account, you can ignore this email.",
            ],
        )
        # Without the name: anybody can sign up with any name and send it to any address.
        return _mail(mail_id, replace(recipient, username=""), content)

    def address_changed(self, mail_id: UUID, recipient: Recipient) -> Mail:
        content = _Content(
            subject="Your email address was changed",
            opening=[
                f"{recipient.address} is no longer the email address of your Turnout account.",
                "If you did not change it, log in, change your password, then set your email "
                "address again.",
            ],
            action="Go to your profile",
            url=self._profile_url(),
        )
        return _mail(mail_id, recipient, content)

    def reset_password(
        self, mail_id: UUID, recipient: Recipient, token: str, valid_for: timedelta
    ) -> Mail:
        content = _Content(
            subject="Reset your password",
            opening=["Someone asked to reset the password of your Turnout account."],
            action="Choose a new password",
            url=f"{self._app_url}/reset-password#token={token}",
            closing=[
                f"The link works once and expires after {_duration(valid_for)}. A new password "
                "logs you out everywhere.",
                "If this wasn't you, ignore this email. Your password stays the same.",
            ],
        )
        return _mail(mail_id, recipient, content)

    def promoted(self, mail_id: UUID, recipient: Recipient, event: EventDetails) -> Mail:
        content = self._notice(
            event,
            subject="You have a seat",
            opening="A seat became free, and it is yours. You are no longer on the waitlist.",
            closing=[GIVE_BACK],
        )
        return _mail(mail_id, recipient, content)

    def called_off(self, mail_id: UUID, recipient: Recipient, event: EventDetails) -> Mail:
        content = self._notice(
            event,
            subject="Called off",
            opening="This event has been called off and will not take place.",
        )
        return _mail(mail_id, recipient, content)

    def moved(
        self, mail_id: UUID, recipient: Recipient, event: EventDetails, previous: EventDetails
    ) -> Mail:
        old, new = _facts(previous), _facts(event)
        changed = [label for label in ("Time", "Place") if old[label] != new[label]]
        what = " and ".join(changed).lower()
        content = self._notice(
            event,
            subject=f"New {what}",
            opening=f"This event has a new {what}. You have a seat or are on the waitlist.",
            facts=[
                *(
                    (f"New {label.lower()}" if label in changed else label, new[label])
                    for label in new
                ),
                *((f"Old {label.lower()}", old[label]) for label in changed),
            ],
            closing=[GIVE_UP],
        )
        return _mail(mail_id, recipient, content)

    def reminder(self, mail_id: UUID, recipient: Recipient, event: EventDetails) -> Mail:
        content = self._notice(
            event,
            subject="Reminder",
            opening="You have a seat at this event, which starts soon.",
            closing=[GIVE_BACK],
        )
        return _mail(mail_id, recipient, content)

    def _notice(
        self,
        event: EventDetails,
        subject: str,
        opening: str,
        facts: Sequence[tuple[str, str]] = (),
        closing: Sequence[str] = (),
    ) -> _Content:
        return _Content(
            subject=f"{subject}: {event.title}",
            opening=[opening],
            action="View the event",
            url=f"{self._app_url}/events/{event.id}",
            facts=facts or list(_facts(event).items()),
            closing=closing,
            settings_url=self._profile_url(),
        )

    def _profile_url(self) -> str:
        return f"{self._app_url}/profile"


def _facts(event: EventDetails) -> dict[str, str]:
    return {"Event": event.title, "Time": time_of(event), "Place": event.location or NO_PLACE}


def _mail(mail_id: UUID, recipient: Recipient, content: _Content) -> Mail:
    values = {**asdict(content), "username": recipient.username}
    return Mail(
        id=mail_id,
        recipient=recipient.address,
        subject=content.subject,
        text=_environment.get_template("mail.txt").render(values),
        html=_environment.get_template("mail.html").render(values),
        unsubscribe_url=content.settings_url,
    )


def _duration(duration: timedelta) -> str:
    """In minutes below two hours, else in full hours."""
    if duration < 2 * HOUR:
        return f"{duration // MINUTE} minutes"
    return f"{duration // HOUR} hours"
