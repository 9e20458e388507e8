from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.ports.mail_queue import Audience, NewNotice
from domain.mails.queued_mail import MailKind
from tests.builders import (
    HOUR,
    NOON,
    a_queued_mail,
    a_user,
    a_verified_user,
)
from tests.contract.test_contention import THREADS, at_once

LEASE_UNTIL = NOON + HOUR
TICK = timedelta(microseconds=1)
SWITCHES = {
    MailKind.PROMOTED: "notify_promotion",
    MailKind.CALLED_OFF: "notify_event_changes",
    MailKind.MOVED: "notify_event_changes",
    MailKind.REMINDER: "notify_reminder",
}


def add(storage, *mails):
    def act(work):
        for mail in mails:
            work.mails.add(mail)

    storage.commit(act)


def claim(storage, now=NOON, limit=100, lease_until=LEASE_UNTIL):
    return storage.commit(lambda work: work.mails.claim_due(now, limit, uuid4(), lease_until))


def ids(claimed):
    return [each.mail.id for each in claimed]


def leased(storage, claimed):
    with storage.new_work() as work:
        return work.mails.find_leased_for_update(claimed.mail.id, claimed.lease_id)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": MailKind.VERIFY_EMAIL, "address": "new@example.org"},
        {"kind": MailKind.MOVED, "address": None, "data": '{"text":"Café %s"}', "attempts": 3},
    ],
    ids=["with an address", "notice"],
)
def test_every_field_of_a_mail_is_read_back_with_its_user(storage, ada, values):
    mail = a_queued_mail(ada, **values)
    add(storage, mail)

    [claimed] = claim(storage)

    assert claimed.user == ada
    mail.next_attempt_at = claimed.mail.next_attempt_at
    assert claimed.mail == leased(storage, claimed) == mail


def test_a_user_gets_one_mail_of_each_kind_about_a_message(storage, ada, grace):
    first = a_queued_mail(ada)
    add(storage, first)
    same: Any = {"message_id": first.message_id}
    others = [
        a_queued_mail(ada, kind=MailKind.EMAIL_CHANGED, **same),
        a_queued_mail(grace, **same),
        a_queued_mail(ada),
    ]

    add(storage, a_queued_mail(ada, address="new@example.org", **same), *others)

    assert {*ids(claim(storage))} == {first.id, *(mail.id for mail in others)}


def test_a_mail_to_a_deleted_account_is_not_queued(storage, ada):
    storage.delete_account(ada)

    add(storage, a_queued_mail(ada), a_queued_mail(a_user("nobody")))

    assert claim(storage) == []


# Claims


def test_the_mails_that_have_been_due_longest_are_claimed(storage, ada):
    late, early, next_ = (a_queued_mail(ada, NOON - hours * HOUR) for hours in (0, 2, 1))
    add(storage, late, early, next_, a_queued_mail(ada, NOON + TICK))

    assert ids(claim(storage, limit=2)) == [early.id, next_.id]
    assert ids(claim(storage, limit=2)) == [late.id]


def test_notices_do_not_delay_mails_that_people_wait_for(storage, ada):
    notices = [
        a_queued_mail(ada, NOON - hours * HOUR, kind=MailKind.MOVED, address=None)
        for hours in (2, 1)
    ]
    reset = a_queued_mail(ada, kind=MailKind.RESET_PASSWORD, address=ada.email)
    add(storage, *notices, reset)

    assert ids(claim(storage, limit=2)) == [reset.id, notices[0].id]
    assert ids(claim(storage, limit=2)) == [notices[1].id]


def test_a_claimed_mail_is_due_again_when_its_lease_ends(storage, ada):
    add(storage, a_queued_mail(ada))
    [first] = claim(storage)

    assert claim(storage, LEASE_UNTIL - TICK) == []
    [second] = claim(storage, LEASE_UNTIL, lease_until=LEASE_UNTIL + HOUR)

    assert leased(storage, first) is None
    assert leased(storage, second).id == first.mail.id


def test_saving_a_mail_ends_its_lease(storage, ada):
    add(storage, a_queued_mail(ada))
    [claimed] = claim(storage)
    mail = leased(storage, claimed)

    mail.postpone(NOON, jitter=0)
    storage.commit(lambda work: work.mails.save(mail))

    assert leased(storage, claimed) is None
    assert claim(storage, mail.next_attempt_at - TICK) == []
    [again] = claim(storage, mail.next_attempt_at)
    assert (again.mail.id, again.mail.attempts) == (mail.id, 1)


def test_a_removed_mail_is_neither_leased_nor_due(storage, ada):
    add(storage, a_queued_mail(ada))
    [claimed] = claim(storage)

    storage.commit(lambda work: work.mails.remove(claimed.mail.id))

    assert leased(storage, claimed) is None
    assert claim(storage, LEASE_UNTIL) == []


def test_of_concurrent_workers_one_claims_each_mail(storage, ada):
    mails = [a_queued_mail(ada) for _ in range(THREADS)]
    add(storage, *mails)

    def claim_until_empty(_):
        claimed = []
        while part := claim(storage, limit=3):
            claimed += ids(part)
        return claimed

    claimed = [each for part in at_once(claim_until_empty, range(4)) for each in part]

    assert len(claimed) == len(set(claimed))
    assert {*claimed, *ids(claim(storage))} == {mail.id for mail in mails}


# Verified addresses


def test_users_are_found_by_verified_address_without_regard_to_ascii_case(storage):
    address = "Ada@Example.org"
    first, second = (
        a_user(name, email=email, verified_email=email)
        for name, email in [("first", "ADA@example.org"), ("second", "ada@example.ORG")]
    )
    storage.keep(
        *(first, second, a_verified_user("grace")),
        a_user("not-verified", email=address),
        a_user("changed", email=address, verified_email="old@example.org"),
        a_user("changed-by-previous-release", email=None, verified_email=address),
        a_user("other-letter", email="åda@example.org", verified_email="åda@example.org"),
    )

    with storage.new_work() as work:
        found = work.mails.users_with_verified_email(address)
        assert {user.username: user for user in found} == {"first": first, "second": second}
        [other] = work.mails.users_with_verified_email("åda@EXAMPLE.org")
        assert other.username == "other-letter"
        assert work.mails.users_with_verified_email("Åda@example.org") == []


def test_no_deleted_account_is_found_by_its_address(storage):
    ada = a_verified_user()
    storage.keep(ada)
    storage.delete_account(ada)

    with storage.new_work() as work:
        assert work.mails.users_with_verified_email(ada.email) == []


# Notices


@pytest.fixture
def organizer(storage):
    user = a_verified_user("organizer")
    storage.keep(user)
    return user


def add_notices(storage, event, *, kind=MailKind.MOVED, limit=100, includes_waitlist=True):
    """All pages. Returns the names of the users who get a mail."""
    message_id, after = uuid4(), None
    notice = NewNotice(kind, message_id, '{"text":"%s"}', NOON)
    audience = Audience(event.id, NOON, includes_waitlist)
    while True:
        after = storage.commit(
            lambda work, after=after: work.mails.add_page(
                audience, notice, after=after, limit=limit
            )
        )
        if after is None:
            break
    claimed = claim(storage)
    assert all(
        (each.mail.message_id, each.mail.kind, each.mail.address, each.mail.data)
        == (message_id, kind, None, notice.data)
        for each in claimed
    )
    return {each.user.username for each in claimed}


def people(storage, *names, **fields):
    users = [a_verified_user(name, **fields) for name in names]
    storage.keep(*users)
    return users


def test_notices_go_to_attendees_and_to_those_who_wait(storage, organizer):
    event, other = (storage.keep_event(organizer, capacity=1) for _ in range(2))
    ada, grace, hopper = people(storage, "ada", "grace", "hopper")
    storage.seat(event, ada)
    storage.join_waitlist(event, grace)
    storage.seat(other, hopper)

    assert add_notices(storage, event) == {"ada", "grace"}
    assert add_notices(storage, event, includes_waitlist=False) == {"ada"}


def test_notices_go_to_those_who_had_a_place_at_that_time(storage, organizer):
    event = storage.keep_event(organizer, capacity=2)
    early, late, waiting, waiting_late = people(storage, "early", "late", "waits", "waits-late")
    storage.seat(event, early, NOON)
    storage.seat(event, late, NOON + TICK)
    storage.join_waitlist(event, waiting, NOON)
    storage.join_waitlist(event, waiting_late, NOON + TICK)

    assert add_notices(storage, event) == {"early", "waits"}


def test_the_creator_gets_no_notice(storage, organizer):
    event = storage.keep_event(organizer)
    storage.seat(event, organizer)
    [ada] = people(storage, "ada")
    storage.seat(event, ada)

    assert add_notices(storage, event) == {"ada"}


@pytest.mark.parametrize(("kind", "switch"), SWITCHES.items())
def test_notices_go_to_verified_addresses_of_those_who_want_them(storage, organizer, kind, switch):
    event = storage.keep_event(organizer, capacity=10)
    others = dict.fromkeys(set(SWITCHES.values()) - {switch}, False)
    attendees = [
        *people(storage, "wants", **others),
        *people(storage, "does-not", **{switch: False}),
        *people(storage, "not-verified", verified_email=None),
        *people(storage, "changed", email="new@example.org"),
        *people(storage, "none", email=None),
    ]
    for user in attendees:
        storage.seat(event, user)

    assert add_notices(storage, event, kind=kind) == {"wants"}


def test_deleted_accounts_and_events_get_no_notices(storage, organizer):
    event = storage.keep_event(organizer)
    ada, grace = people(storage, "ada", "grace")
    storage.seat(event, ada)
    storage.seat(event, grace)
    storage.delete_account(grace)
    assert add_notices(storage, event) == {"ada"}

    storage.commit(
        lambda work: work.events.remove(work.events.get_for_update(event.id, organizer.id))
    )

    assert add_notices(storage, event) == set()


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7])
def test_notices_are_queued_in_pages(storage, organizer, limit):
    event = storage.keep_event(organizer, capacity=3)
    names = [f"user-{number}" for number in range(6)]
    users = people(storage, *names)
    for user in users[::2]:
        storage.seat(event, user)
    for user in users[1::2]:
        storage.join_waitlist(event, user)

    assert add_notices(storage, event, limit=limit) == set(names)


def test_a_page_continues_after_a_user_in_order_of_id(storage, organizer):
    event = storage.keep_event(organizer)
    for number in (3, 1, 2):
        [user] = people(storage, f"user-{number}", id=UUID(int=number))
        storage.seat(event, user)
    audience = Audience(event.id, NOON, includes_waitlist=False)
    notice = NewNotice(MailKind.REMINDER, uuid4(), "{}", NOON)

    def page(after, limit):
        return storage.commit(
            lambda work: work.mails.add_page(audience, notice, after=after, limit=limit)
        )

    assert page(None, 2) == UUID(int=2)
    assert {each.user.username for each in claim(storage)} == {"user-1", "user-2"}
    assert page(UUID(int=2), 2) is None
    assert {each.user.username for each in claim(storage)} == {"user-3"}


def test_a_page_that_is_queued_again_adds_nobody_twice(storage, organizer):
    event = storage.keep_event(organizer)
    [ada] = people(storage, "ada")
    storage.seat(event, ada)
    audience = Audience(event.id, NOON, includes_waitlist=False)
    notice = NewNotice(MailKind.REMINDER, uuid4(), "{}", NOON)

    for _ in range(2):
        storage.commit(lambda work: work.mails.add_page(audience, notice, after=None, limit=9))

    assert len(claim(storage)) == 1
