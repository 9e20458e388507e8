from datetime import timedelta

import pytest

from domain.mails.queued_mail import LEASE, MailKind
from tests.builders import HOUR, NOON, a_queued_mail, a_user, a_verified_user

MINUTE = timedelta(minutes=1)
SWITCHES = {
    MailKind.PROMOTED: "notify_promotion",
    MailKind.CALLED_OFF: "notify_event_changes",
    MailKind.MOVED: "notify_event_changes",
    MailKind.REMINDER: "notify_reminder",
}


@pytest.mark.parametrize(("kind", "switch"), SWITCHES.items())
def test_a_notice_goes_to_the_verified_address_of_a_user_who_wants_it(kind, switch):
    notice = a_queued_mail(kind=kind, address=None)
    user = a_verified_user()
    for other in {*SWITCHES.values()} - {switch}:
        setattr(user, other, False)
    assert notice.recipient(user) == "ada@example.org"

    setattr(user, switch, False)
    assert notice.recipient(user) is None


@pytest.mark.parametrize("kind", SWITCHES)
@pytest.mark.parametrize(
    "user",
    [
        a_user(),
        a_verified_user(email=None),
        a_verified_user(email="new@example.org"),
    ],
    ids=["not verified", "removed", "changed by the previous release"],
)
def test_a_notice_never_goes_to_an_address_that_is_not_verified(kind, user):
    assert a_queued_mail(kind=kind, address=None).recipient(user) is None


@pytest.mark.parametrize(
    ("user", "recipient"),
    [
        (a_user(), "ada@example.org"),
        (a_verified_user(), None),
        (a_user(email="new@example.org"), None),
        (a_user(email=None), None),
    ],
    ids=["needed", "already verified", "changed", "removed"],
)
def test_a_mail_to_verify_an_address_is_sent_while_it_can_be_verified(user, recipient):
    mail = a_queued_mail(kind=MailKind.VERIFY_EMAIL, address="ada@example.org")

    assert mail.recipient(user) == recipient


@pytest.mark.parametrize(
    ("user", "recipient"),
    [
        (a_verified_user(), "ada@example.org"),
        (a_user(), None),
        (a_user(email="new@example.org", verified_email="new@example.org"), None),
    ],
    ids=["verified", "not verified", "changed"],
)
def test_a_mail_to_reset_the_password_is_sent_while_its_address_is_verified(user, recipient):
    mail = a_queued_mail(kind=MailKind.RESET_PASSWORD, address="ada@example.org")

    assert mail.recipient(user) == recipient


def test_the_old_address_is_always_told_that_it_was_replaced():
    mail = a_queued_mail(kind=MailKind.EMAIL_CHANGED, address="old@example.org")

    assert mail.recipient(a_user(email=None)) == "old@example.org"


def test_a_mail_is_postponed_for_two_days_and_then_given_up():
    mail, delays = a_queued_mail(), []
    while mail.postpone(NOON, jitter=0):
        delays.append(mail.next_attempt_at - NOON)

    assert delays == [
        *(1 * MINUTE, 5 * MINUTE, 15 * MINUTE),
        *(1 * HOUR, 4 * HOUR, 12 * HOUR, 24 * HOUR),
    ]
    assert mail.attempts == len(delays) + 1


def test_jitter_delays_a_mail_by_up_to_a_tenth():
    mail = a_queued_mail(attempts=3)
    mail.postpone(NOON, jitter=1)

    assert mail.next_attempt_at == NOON + 66 * MINUTE


def test_a_lease_is_longer_than_it_takes_to_send_a_mail():
    assert LEASE >= 5 * MINUTE
