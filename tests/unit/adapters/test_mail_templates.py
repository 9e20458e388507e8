"""What mails tell their readers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from uuid import UUID

import pytest

from adapters.mail.mail_templates import JinjaMailTemplates
from application.ports.mail_templates import EventDetails, Recipient

ID = UUID("01997a60-5a80-7000-8000-000000000001")
APP = "https://app.example.org"
ADA = Recipient("ada", "ada@example.com")
EVENT = EventDetails(
    id=UUID("01997a60-5a80-7000-8000-000000000002"),
    title="Tea & <b>Talk</b>",
    start_time=datetime(2026, 12, 4, 18, tzinfo=UTC),
    end_time=datetime(2026, 12, 4, 20, tzinfo=UTC),
    time_zone="Europe/Berlin",
    location="Café 'Über'",
)
TIME = "Friday, 4 December 2026, 19:00–21:00 (Europe/Berlin, UTC+01:00)"
EVENT_URL = f"{APP}/events/{EVENT.id}"
templates = JinjaMailTemplates(APP)


class Page(HTMLParser):
    """The text, tags and links of an HTML document, and the texts whose direction is isolated."""

    def __init__(self, html):
        super().__init__()
        self.text, self.tags, self.links, self.isolated = "", [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "a":
            self.links.append(dict(attributes)["href"])

    def handle_data(self, data):
        self.text += data
        if self.tags and self.tags[-1] == "bdi":
            self.isolated.append(data)


def assert_says(mail, *parts, link):
    """Both the text and the HTML contain the parts and the link."""
    page = Page(mail.html)
    assert link in page.links
    assert link in mail.text.splitlines()
    for part in parts:
        assert part in page.text
        assert part in mail.text
    assert not {"img", "script", "link"} & set(page.tags)


MAILS = {
    "verify_address": templates.verify_address(ID, ADA, "token", timedelta(hours=24)),
    "address_changed": templates.address_changed(ID, ADA),
    "reset_password": templates.reset_password(ID, ADA, "token", timedelta(minutes=30)),
}
NOTICES = {
    "promoted": templates.promoted(ID, ADA, EVENT),
    "called_off": templates.called_off(ID, ADA, EVENT),
    "moved": templates.moved(ID, ADA, EVENT, replace(EVENT, location="Elsewhere")),
    "reminder": templates.reminder(ID, ADA, EVENT),
}


@pytest.mark.parametrize("mail", [*MAILS.values(), *NOTICES.values()], ids=[*MAILS, *NOTICES])
def test_a_mail_is_for_its_recipient(mail):
    assert (mail.id, mail.recipient) == (ID, "ada@example.com")
    assert mail.subject
    assert max(map(len, mail.text.splitlines())) < 200
    assert "\n\n\n" not in mail.text


@pytest.mark.parametrize("name", [*MAILS, *NOTICES])
def test_a_mail_greets_its_recipient_unless_anybody_can_send_it_to_any_address(name):
    mail = (MAILS | NOTICES)[name]
    greeting = "Hi," if name == "verify_address" else f"Hi {ADA.username},"

    assert mail.text.startswith(f"{greeting}\n")
    assert greeting in Page(mail.html).text
    assert (ADA.username in mail.text.replace(ADA.address, "")) == (greeting != "Hi,")


def test_a_new_address_is_verified_by_a_link():
    assert_says(
        MAILS["verify_address"],
        "ada@example.com",
        "24 hours",
        link=f"{APP}/verify-email#token=token",
    )


def test_the_old_address_is_told_what_to_do():
    assert_says(
        MAILS["address_changed"],
        "ada@example.com is no longer the email address of your Turnout account.",
        "change your password",
        link=f"{APP}/profile",
    )


def test_a_password_is_reset_by_a_link():
    assert_says(
        MAILS["reset_password"],
        "works once and expires after 30 minutes",
        "ignore this email",
        link=f"{APP}/reset-password#token=token",
    )


def test_who_is_promoted_is_told_where_to_go():
    mail = NOTICES["promoted"]

    assert mail.subject == "You have a seat: Tea & <b>Talk</b>"
    assert_says(mail, EVENT.title, TIME, EVENT.location, "give your seat back", link=EVENT_URL)


def test_a_called_off_event_is_named():
    mail = NOTICES["called_off"]

    assert mail.subject == "Called off: Tea & <b>Talk</b>"
    assert_says(mail, "will not take place", EVENT.title, TIME, EVENT.location, link=EVENT_URL)
    assert "seat" not in mail.text


def test_a_reminder_says_what_when_and_where():
    mail = NOTICES["reminder"]

    assert mail.subject == "Reminder: Tea & <b>Talk</b>"
    assert_says(mail, EVENT.title, TIME, EVENT.location, "give your seat back", link=EVENT_URL)


def test_a_new_time_is_shown_with_the_old_one():
    previous = replace(EVENT, start_time=datetime(2026, 12, 4, 17, tzinfo=UTC))

    mail = templates.moved(ID, ADA, EVENT, previous)

    assert mail.subject == "New time: Tea & <b>Talk</b>"
    assert_says(
        mail,
        "This event has a new time. You have a seat or are on the waitlist.",
        f"New time: {TIME}",
        "Old time: Friday, 4 December 2026, 18:00–21:00 (Europe/Berlin, UTC+01:00)",
        f"Place: {EVENT.location}",
        link=EVENT_URL,
    )
    assert "Old place" not in mail.text


def test_a_new_place_is_shown_with_the_old_one():
    mail = templates.moved(ID, ADA, replace(EVENT, location="Room 7"), EVENT)

    assert mail.subject == "New place: Tea & <b>Talk</b>"
    assert_says(
        mail,
        f"Time: {TIME}",
        "New place: Room 7",
        f"Old place: {EVENT.location}",
        link=EVENT_URL,
    )
    assert "Old time" not in mail.text


def test_a_new_time_zone_and_place_are_shown_with_the_old_ones():
    previous = replace(EVENT, time_zone="America/New_York", location="")

    mail = templates.moved(ID, ADA, EVENT, previous)

    assert mail.subject == "New time and place: Tea & <b>Talk</b>"
    assert_says(
        mail,
        f"New time: {TIME}",
        "Old time: Friday, 4 December 2026, 13:00–15:00 (America/New_York, UTC-05:00)",
        "Old place: to be announced",
        link=EVENT_URL,
    )


@pytest.mark.parametrize("mail", NOTICES.values(), ids=NOTICES)
def test_a_notice_links_to_where_it_is_turned_off(mail):
    assert_says(mail, link=f"{APP}/profile")
    assert mail.unsubscribe_url == f"{APP}/profile"


def test_mails_about_the_account_cannot_be_turned_off():
    for mail in (
        templates.verify_address(ID, ADA, "token", timedelta(hours=24)),
        templates.address_changed(ID, ADA),
        templates.reset_password(ID, ADA, "token", timedelta(minutes=30)),
    ):
        assert mail.unsubscribe_url is None
        assert "turn these notices off" not in mail.text.lower() + mail.html.lower()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "</bdi></strong><a href='https://evil.example'>",
        "{{ url }} {% raw %} &amp;",
        "שלום עולם",
        "👩‍👩‍👧🎉",
        "x" * 1000,
    ],
)
def test_what_users_write_is_shown_as_it_is(text):
    mail = templates.reminder(ID, ADA, replace(EVENT, title=text, location=text))

    assert mail.subject == f"Reminder: {text}"
    assert_says(mail, f"Event: {text}", f"Place: {text}", link=EVENT_URL)
    assert Page(mail.html).isolated.count(text) == 2  # right-to-left text reorders nothing else
    assert Page(mail.html).tags == Page(NOTICES["reminder"].html).tags
    assert len(mail.text.splitlines()) == len(NOTICES["reminder"].text.splitlines())


@pytest.mark.parametrize(
    ("start", "end", "zone", "text"),
    [
        (
            datetime(2026, 12, 4, 21, tzinfo=UTC),
            datetime(2026, 12, 5, 1, 30, tzinfo=UTC),
            "Europe/Berlin",
            "Friday, 4 December 2026, 22:00 – Saturday, 5 December 2026, 02:30 "
            "(Europe/Berlin, UTC+01:00)",
        ),
        (
            # 02:30 occurs twice.
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            "Europe/Berlin",
            "Sunday, 25 October 2026, 02:30 UTC+02:00 – 02:30 UTC+01:00 (Europe/Berlin)",
        ),
        (
            datetime(2026, 12, 4, 18, tzinfo=UTC),
            datetime(2026, 12, 4, 20, 0, 30, tzinfo=UTC),
            "UTC",
            "Friday, 4 December 2026, 18:00–20:00:30 (UTC)",
        ),
        (
            datetime(2026, 12, 4, 18, tzinfo=UTC),
            datetime(2026, 12, 4, 20, tzinfo=UTC),
            "Europe/Unknown_Here",
            "Friday, 4 December 2026, 18:00–20:00 (UTC)",
        ),
        (
            datetime(9999, 12, 31, 18, tzinfo=UTC),
            datetime(9999, 12, 31, 20, tzinfo=UTC),
            "Asia/Tokyo",
            "Friday, 31 December 9999, 18:00–20:00 (UTC)",
        ),
        (
            datetime(2026, 7, 4, 13, 30, tzinfo=UTC),
            datetime(2026, 7, 4, 14, tzinfo=UTC),
            "Asia/Kolkata",
            "Saturday, 4 July 2026, 19:00–19:30 (Asia/Kolkata, UTC+05:30)",
        ),
    ],
    ids=["next day", "clocks go back", "seconds", "unknown zone", "last year", "half an hour"],
)
def test_times_are_in_the_time_zone_of_the_event(start, end, zone, text):
    event = replace(EVENT, start_time=start, end_time=end, time_zone=zone)

    assert_says(templates.reminder(ID, ADA, event), f"Time: {text}", link=EVENT_URL)
