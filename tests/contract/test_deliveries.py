from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.webhooks.delivery import Attempt, DeliveryState
from domain.webhooks.errors import DeliveryNotFound
from domain.webhooks.webhook import DisabledReason
from tests.builders import DAY, HOUR, NOON, SECOND, a_delivery, a_webhook
from tests.contract.test_contention import THREADS, at_once

LEASE_UNTIL = NOON + HOUR
TICK = timedelta(microseconds=1)


@pytest.fixture
def webhook(storage, ada):
    webhook = a_webhook(user_id=ada.id)
    storage.keep(webhook)
    return webhook


def add(storage, *deliveries):
    storage.commit(lambda work: work.deliveries.add_all(deliveries))


def claim(storage, now=NOON, **options):
    return storage.commit(
        lambda work: work.deliveries.claim_due(
            now,
            **{
                "limit": 100,
                "per_webhook": 100,
                "in_flight": {},
                "lease_id": uuid4(),
                "lease_until": LEASE_UNTIL,
            }
            | options,
        )
    )


def ids(claimed):
    return [each.delivery.id for each in claimed]


def fail_outdated(storage, now=NOON, limit=100):
    return storage.commit(lambda work: work.deliveries.fail_outdated(now, limit))


def load(storage, delivery):
    with storage.new_work() as work:
        return work.deliveries.get_for_update(delivery.id, delivery.webhook_id)


def save(storage, delivery):
    storage.commit(lambda work: work.deliveries.save(delivery))


def leased(storage, claimed):
    with storage.new_work() as work:
        return work.deliveries.find_leased_for_update(claimed.delivery.id, claimed.lease_id)


def change_webhook(storage, webhook, **values):
    def act(work):
        loaded = work.webhooks.find_for_update(webhook.id)
        for name, value in values.items():
            setattr(loaded, name, value)
        work.webhooks.save(loaded)

    storage.commit(act)


@pytest.mark.parametrize(
    "attempt",
    [
        None,
        Attempt(200, timedelta(milliseconds=12)),
        Attempt(None, 15 * SECOND, error="Timed out."),
        Attempt(503, SECOND, "Café " * 100, "Response too long."),
    ],
)
def test_every_field_of_a_delivery_is_read_back(storage, webhook, attempt):
    delivery = a_delivery(webhook, body='{"text":"Café %s \\\\"}', queued_at=NOON + SECOND)
    if attempt:
        delivery.record(attempt, NOON, jitter=0)
    add(storage, delivery)

    assert load(storage, delivery) == delivery


def test_every_change_of_a_delivery_is_saved(storage, webhook):
    delivery = a_delivery(webhook)
    add(storage, delivery)

    delivery.record(Attempt(500, SECOND, "Oops", "?"), NOON, jitter=0)
    save(storage, delivery)
    assert load(storage, delivery) == delivery

    delivery.retry(NOON + DAY)
    save(storage, delivery)
    assert load(storage, delivery) == delivery


def test_a_delivery_of_another_webhook_is_not_found(storage, webhook):
    delivery = a_delivery(webhook)
    add(storage, delivery)

    for ids_ in [(delivery.id, uuid4()), (uuid4(), webhook.id)]:
        with storage.new_work() as work, pytest.raises(DeliveryNotFound):
            work.deliveries.get_for_update(*ids_)


def test_a_webhook_gets_each_message_once(storage, ada, webhook):
    other = a_webhook(user_id=ada.id)
    storage.keep(other)
    first = a_delivery(webhook)
    add(storage, first)

    same, of_other, new = (a_delivery(each) for each in (webhook, other, webhook))
    same.message_id = of_other.message_id = first.message_id
    add(storage, same, of_other, new)
    add(storage)

    assert {*ids(claim(storage))} == {first.id, of_other.id, new.id}


# Claims


def test_due_deliveries_are_claimed_longest_due_first_with_their_webhook(storage, webhook):
    late, early = (a_delivery(webhook, NOON - hours * HOUR) for hours in range(2))
    add(storage, late, early, a_delivery(webhook, NOON + TICK))
    lease_id = uuid4()

    claimed = claim(storage, lease_id=lease_id)

    assert ids(claimed) == [early.id, late.id]
    assert all(each.webhook == webhook and each.lease_id == lease_id for each in claimed)
    assert (claimed[0].delivery.body, claimed[0].delivery.attempts) == (early.body, 0)


def test_a_claimed_delivery_is_due_again_when_its_lease_ends(storage, webhook):
    add(storage, a_delivery(webhook))
    [first] = claim(storage)

    assert claim(storage, LEASE_UNTIL - TICK) == []
    [second] = claim(storage, LEASE_UNTIL, lease_until=LEASE_UNTIL + HOUR)

    assert leased(storage, first) is None
    assert leased(storage, second).id == first.delivery.id


def test_saving_a_delivery_ends_its_lease(storage, webhook):
    add(storage, a_delivery(webhook))
    [claimed] = claim(storage)
    delivery = leased(storage, claimed)

    delivery.record(Attempt(500, SECOND), NOON, jitter=0)
    save(storage, delivery)

    assert leased(storage, claimed) is None
    assert claim(storage, delivery.next_attempt_at - TICK) == []
    assert ids(claim(storage, delivery.next_attempt_at)) == [delivery.id]


def test_finished_deliveries_are_not_claimed(storage, webhook):
    success, failure = a_delivery(webhook), a_delivery(webhook)
    success.record(Attempt(200, SECOND), NOON, jitter=0)
    failure.record(Attempt(410, SECOND), NOON, jitter=0)
    add(storage, success, failure)

    assert claim(storage, NOON + 99 * DAY) == []


def test_a_claim_is_limited_in_total_and_by_webhook(storage, ada):
    webhooks = [a_webhook(user_id=ada.id) for _ in range(3)]
    storage.keep(*webhooks)
    add(storage, *(a_delivery(webhook) for webhook in webhooks for _ in range(3)))
    in_flight = {webhook.id: count for count, webhook in enumerate(webhooks)}

    first = claim(storage, per_webhook=2, in_flight=in_flight)
    counts = Counter(each.webhook.id for each in first)
    assert [counts[webhook.id] for webhook in webhooks] == [2, 1, 0]

    assert len(claim(storage, per_webhook=2, limit=3)) == 3
    assert len(claim(storage)) == 3


def test_a_long_queue_does_not_hide_the_deliveries_of_others(storage, ada):
    slow, fast = webhooks = [a_webhook(id=UUID(int=n), user_id=ada.id) for n in (1, 2)]
    storage.keep(*webhooks)
    add(storage, *(a_delivery(slow, NOON - HOUR) for _ in range(50)), a_delivery(fast))

    claimed = claim(storage, limit=3, per_webhook=2)

    assert [each.webhook.id for each in claimed] == [slow.id, slow.id, fast.id]


def test_webhooks_with_the_fewest_attempts_in_flight_come_first(storage, ada):
    slow, fast = webhooks = [a_webhook(user_id=ada.id) for _ in range(2)]
    storage.keep(*webhooks)
    add(storage, *(a_delivery(slow, NOON - HOUR) for _ in range(3)))
    add(storage, *(a_delivery(fast) for _ in range(3)))

    claimed = claim(storage, limit=3, in_flight={slow.id: 2})

    assert [each.webhook.id for each in claimed] == [slow.id, fast.id, fast.id]
    assert claim(storage, limit=1, in_flight={slow.id: 2})[0].webhook == fast


def test_of_concurrent_workers_one_claims_each_delivery(storage, webhook):
    deliveries = [a_delivery(webhook) for _ in range(THREADS)]
    add(storage, *deliveries)

    def claim_until_empty(_):
        claimed = []
        while part := claim(storage, limit=3):
            claimed += ids(part)
        return claimed

    claimed = [each for part in at_once(claim_until_empty, range(4)) for each in part]

    assert len(claimed) == len(set(claimed))
    assert {*claimed, *ids(claim(storage))} == {each.id for each in deliveries}


# Outdated deliveries


@pytest.mark.parametrize("reason", ["deleted", "disabled", "enabled again"])
def test_outdated_deliveries_fail_without_an_attempt(storage, webhook, reason):
    delivery, later = a_delivery(webhook), a_delivery(webhook, NOON + TICK)
    add(storage, delivery, later)
    match reason:
        case "deleted":
            storage.commit(
                lambda work: work.webhooks.remove(work.webhooks.find_for_update(webhook.id))
            )
        case "disabled":
            change_webhook(storage, webhook, disabled_reason=DisabledReason.BY_OWNER)
        case _:
            change_webhook(storage, webhook, enabled_at=NOON + 2 * TICK)
    assert claim(storage) == []

    assert fail_outdated(storage) == 1

    failed = load(storage, delivery)
    assert (failed.state, failed.attempts) == (DeliveryState.FAILED, 0)
    assert (failed.next_attempt_at, failed.last_attempt) == (None, None)
    assert load(storage, later) == later
    assert fail_outdated(storage) == 0


def test_deliveries_that_were_queued_since_their_webhook_was_enabled_are_attempted(
    storage, webhook
):
    delivery = a_delivery(webhook)
    add(storage, delivery)
    change_webhook(storage, webhook, enabled_at=NOON)

    assert fail_outdated(storage) == 0
    assert ids(claim(storage)) == [delivery.id]


def test_a_retried_delivery_of_a_webhook_that_was_enabled_again_is_attempted(storage, webhook):
    delivery = a_delivery(webhook, NOON - HOUR)
    add(storage, delivery)
    change_webhook(storage, webhook, enabled_at=NOON)
    fail_outdated(storage)

    delivery = load(storage, delivery)
    delivery.retry(NOON)
    save(storage, delivery)

    assert fail_outdated(storage) == 0
    assert ids(claim(storage)) == [delivery.id]


def test_the_outcome_of_an_attempt_is_lost_once_its_delivery_is_outdated(storage, webhook):
    add(storage, a_delivery(webhook))
    [claimed] = claim(storage)
    change_webhook(storage, webhook, disabled_reason=DisabledReason.BY_OWNER)
    assert fail_outdated(storage) == 0
    assert leased(storage, claimed)

    assert fail_outdated(storage, LEASE_UNTIL) == 1

    assert leased(storage, claimed) is None


def test_many_outdated_deliveries_fail_in_batches(storage):
    add(storage, *(a_delivery() for _ in range(5)))

    assert [fail_outdated(storage, limit=2) for _ in range(4)] == [2, 2, 1, 0]
