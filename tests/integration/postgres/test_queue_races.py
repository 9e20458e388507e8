"""Workers that take messages, deliveries and mails at the same time, and deletions of accounts."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from adapters.system import new_id
from application.messages.create_reminders import CreateReminders
from application.ports.mail_queue import Audience, NewNotice
from application.ports.outbox import OutboxMessage
from domain.mails.queued_mail import MailKind
from tests.builders import (
    HOUR,
    NOON,
    a_delivery,
    a_queued_mail,
    a_user,
    a_verified_user,
    a_webhook,
    an_event,
)
from tests.concurrency import wait_until
from tests.fakes.clock import FakeClock
from tests.storage import add_all, change

WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype <> 'advisory'")


@pytest.fixture
def new_work(empty_database):
    return PostgresUnitOfWorkFactory(empty_database)


@pytest.fixture
def ada(new_work):
    ada = a_verified_user()
    add_all(new_work, ada)
    return ada


def do(new_work, act):
    with new_work() as work:
        result = act(work)
        work.commit()
    return result


def take(work):
    return [message.id for message in work.outbox.take(2)]


def claim_deliveries(work):
    lease = {"lease_id": new_id(), "lease_until": NOON + HOUR}
    claimed = work.deliveries.claim_due(NOON, limit=2, per_webhook=2, in_flight={}, **lease)
    return [each.delivery.id for each in claimed]


def claim_mails(work):
    claimed = work.mails.claim_due(NOON, 2, lease_id=new_id(), lease_until=NOON + HOUR)
    return [each.mail.id for each in claimed]


@pytest.fixture
def messages_in_outbox(new_work):
    added = [OutboxMessage(new_id(), None, "{}") for _ in range(3)]
    do(new_work, lambda work: [work.outbox.add(message) for message in added])
    return [message.id for message in added]


@pytest.fixture
def deliveries(new_work, ada):
    webhook = a_webhook(user_id=ada.id)
    added = [a_delivery(webhook, NOON - (3 - number) * HOUR) for number in range(3)]
    do(new_work, lambda work: (work.webhooks.add(webhook), work.deliveries.add_all(added)))
    return [delivery.id for delivery in added]


@pytest.fixture
def mails(new_work, ada):
    added = [a_queued_mail(ada, NOON - (3 - number) * HOUR) for number in range(3)]
    do(new_work, lambda work: [work.mails.add(mail) for mail in added])
    return [mail.id for mail in added]


def test_locked_messages_are_skipped_without_waiting(new_work, messages_in_outbox):
    first, second, third = messages_in_outbox
    with new_work() as dying:
        assert take(dying) == [first, second]
        assert do(new_work, take) == [third]

    assert do(new_work, take) == [first, second]  # the first worker died before its commit


def test_deliveries_of_an_uncommitted_claim_are_not_claimed(new_work, deliveries):
    first, second, third = deliveries
    with new_work() as dying:
        assert claim_deliveries(dying) == [first, second]
        assert do(new_work, claim_deliveries) == []

    assert do(new_work, claim_deliveries) == [first, second]
    assert do(new_work, claim_deliveries) == [third]


def test_mails_of_an_uncommitted_claim_are_not_claimed(new_work, mails):
    first, second, third = mails
    with new_work() as dying:
        assert claim_mails(dying) == [first, second]
        assert do(new_work, claim_mails) == [third]

    assert do(new_work, claim_mails) == [first, second]


def test_outdated_deliveries_that_are_locked_do_not_fail(new_work, ada, deliveries):
    [webhook] = do(new_work, lambda work: work.webhooks.enabled_of([ada.id]))
    do(new_work, lambda work: work.webhooks.remove(webhook))

    with new_work() as other:
        other.deliveries.get_for_update(deliveries[0], webhook.id)
        assert do(new_work, lambda work: work.deliveries.fail_outdated(NOON, 10)) == 2


def test_a_claim_of_mails_skips_accounts_that_are_being_deleted(new_work, ada, mails):
    """The deletion waits for the mails while it has the account locked."""
    grace = a_user("grace")
    mail = a_queued_mail(grace)
    add_all(new_work, grace)
    do(new_work, lambda work: work.mails.add(mail))

    with new_work() as deletion:
        user = deletion.users.find_for_update(ada.id)
        lease = {"lease_id": new_id(), "lease_until": NOON + HOUR}
        claimed = do(new_work, lambda work: work.mails.claim_due(NOON, 9, **lease))
        assert [each.mail.id for each in claimed] == [mail.id]
        deletion.users.remove(user)
        deletion.commit()

    assert do(new_work, claim_mails) == []


@pytest.fixture
def attended(new_work, ada):
    """An event that Ada attends."""
    host = a_user("host")
    event = an_event(creator_id=host.id)
    add_all(new_work, host, event)
    change(new_work, event, lambda loaded: loaded.attend(NOON), ada)
    return event


def add_mail(work, _event, user):
    work.mails.add(a_queued_mail(user))


def add_page(work, event, _user):
    audience = Audience(event.id, NOON, includes_waitlist=False)
    notice = NewNotice(MailKind.MOVED, new_id(), "{}", NOON)
    work.mails.add_page(audience, notice, after=None, limit=10)


def wait_for_lock(database, outcome):
    def is_waiting():
        assert not outcome.done(), "it did not wait"
        with database.connect() as connection:
            return connection.execute(WAITING).scalar_one() > 0

    wait_until(is_waiting, "one waits for the lock of the other")


def count_mails(database):
    with database.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM mails")).scalar_one()


@pytest.mark.parametrize("add", [add_mail, add_page])
@pytest.mark.parametrize("is_committed", [True, False])
def test_a_mail_waits_for_the_deletion_of_its_account(  # noqa: PLR0917
    empty_database, new_work, attended, ada, add, is_committed
):
    with ThreadPoolExecutor(1) as pool:
        with new_work() as deletion:
            deletion.users.remove(deletion.users.find_for_update(ada.id))
            outcome = pool.submit(do, new_work, lambda work: add(work, attended, ada))
            wait_for_lock(empty_database, outcome)
            if is_committed:
                deletion.commit()
        outcome.result(timeout=30)

    assert count_mails(empty_database) == (0 if is_committed else 1)


@pytest.mark.parametrize("add", [add_mail, add_page])
def test_a_deletion_waits_for_mails_that_are_being_queued(
    empty_database, new_work, attended, ada, add
):
    def delete(work):
        work.users.remove(work.users.find_for_update(ada.id))

    with ThreadPoolExecutor(1) as pool, new_work() as work:
        add(work, attended, ada)
        work.users.get(ada.id)  # sends the pending write
        deletion = pool.submit(do, new_work, delete)
        wait_for_lock(empty_database, deletion)
        work.commit()
        deletion.result(timeout=30)

    assert count_mails(empty_database) == 0


def test_reminders_of_an_event_that_is_being_deleted_are_written_again_without_it(
    new_work, ada, empty_database
):
    event = an_event(creator_id=ada.id, start_time=NOON + HOUR)
    add_all(new_work, event)
    remind = CreateReminders(new_work, FakeClock(), new_id)

    with ThreadPoolExecutor(1) as pool, new_work() as deletion:
        deletion.events.remove(deletion.events.get_for_update(event.id, attendee=ada.id))
        deletion.events.find(event.id)  # sends the DELETE
        reminders = pool.submit(remind)
        wait_for_lock(empty_database, reminders)
        deletion.commit()

    assert reminders.result() == 0
