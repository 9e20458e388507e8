from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from application.caller import Caller
from application.pages import Cursor, PageRequest
from application.ports.webhook_queries import DeliveryView, WebhookView
from domain.events.messages import MessageType
from domain.webhooks.delivery import Attempt
from domain.webhooks.errors import WebhookNotFound
from domain.webhooks.webhook import DisabledReason, WebhookDescription
from tests.builders import DAY, HOUR, NOON, SECOND, a_delivery, a_webhook

DISABLED = DisabledReason.BY_OWNER
VALUES = {
    "url": "https://example.net/",
    "types": {MessageType.EVENT_UPDATED, MessageType.WAITLIST_LEFT},
    "description": WebhookDescription("Café"),
    "secret": b"\0" * 32,
    "disabled_reason": DisabledReason.GONE,
    "enabled_at": NOON.replace(microsecond=1),
    "previous_secret": b"\xff" * 32,
    "previous_secret_until": NOON + DAY,
}


@pytest.fixture
def hers(storage, ada):
    """Two webhooks of Ada's, oldest first."""
    webhooks = [a_webhook(user_id=ada.id, created_at=NOON + days * DAY) for days in range(2)]
    storage.keep(*reversed(webhooks))
    return webhooks


def find(storage, webhook):
    with storage.new_work() as work:
        return work.webhooks.find_for_update(webhook.id)


@pytest.mark.parametrize("values", [{}, VALUES], ids=["required fields", "all fields"])
def test_every_field_of_a_webhook_is_read_back(storage, ada, values):
    webhook = a_webhook(user_id=ada.id, **values)
    storage.keep(webhook)

    assert find(storage, webhook) == webhook
    with storage.new_work() as work:
        assert work.webhooks.get_for_update(webhook.id, ada.id) == webhook
    assert storage.webhooks.get(webhook.id, Caller(ada.id)) == WebhookView.of(webhook)


@pytest.mark.parametrize(("name", "value"), VALUES.items())
def test_every_field_of_a_webhook_can_be_saved(storage, hers, name, value):
    def act(work):
        webhook = work.webhooks.find_for_update(hers[0].id)
        setattr(webhook, name, value)
        work.webhooks.save(webhook)
        return webhook

    saved = storage.commit(act)

    assert find(storage, saved) == saved != hers[0]
    assert find(storage, hers[1]) == hers[1]


def test_a_removed_webhook_is_not_found(storage, ada, hers):
    storage.commit(
        lambda work: work.webhooks.remove(work.webhooks.get_for_update(hers[0].id, ada.id))
    )

    assert find(storage, hers[0]) is None
    assert find(storage, hers[1]) == hers[1]
    with pytest.raises(WebhookNotFound):
        storage.webhooks.get(hers[0].id, Caller(ada.id))


def test_the_webhook_of_another_user_is_not_found(storage, grace, hers):
    with storage.new_work() as work, pytest.raises(WebhookNotFound):
        work.webhooks.get_for_update(hers[0].id, grace.id)
    with pytest.raises(WebhookNotFound):
        storage.webhooks.get(hers[0].id, Caller(grace.id))
    with pytest.raises(WebhookNotFound):
        storage.webhooks.deliveries(hers[0].id, PageRequest(10), Caller(grace.id))


def test_webhooks_are_counted_and_listed_by_user_oldest_first(storage, ada, grace, hers):
    with storage.new_work() as work:
        assert work.webhooks.count_of(ada.id) == 2
        assert work.webhooks.count_of(grace.id) == 0

    assert storage.webhooks.webhooks(Caller(ada.id)) == [WebhookView.of(each) for each in hers]
    assert storage.webhooks.webhooks(Caller(grace.id)) == []


def test_the_enabled_webhooks_of_several_users_are_found(storage, ada, grace, hers):
    other, disabled = (
        a_webhook(user_id=grace.id, disabled_reason=reason) for reason in (None, DISABLED)
    )
    storage.keep(other, disabled)

    with storage.new_work() as work:
        found = work.webhooks.enabled_of({ada.id, grace.id, uuid4()})
        assert sorted(each.id for each in found) == sorted(each.id for each in [*hers, other])
        assert work.webhooks.enabled_of({grace.id}) == [other]
        assert work.webhooks.enabled_of(set()) == []


# The log of deliveries


def test_the_log_shows_the_last_attempt(storage, ada, hers):
    first, second = deliveries = [
        a_delivery(hers[0], now=NOON + hours * HOUR) for hours in range(2)
    ]
    attempt = Attempt(500, timedelta(milliseconds=1_234), "Café", "Response too long.")
    first.record(attempt, NOON + 2 * HOUR, jitter=0)
    storage.commit(lambda work: work.deliveries.add_all([*deliveries, a_delivery(hers[1])]))

    page = storage.webhooks.deliveries(hers[0].id, PageRequest(10), Caller(ada.id))

    assert page.results == [DeliveryView.of(second), DeliveryView.of(first)]
    assert (page.count, page.next_cursor) == (None, None)
    shown = page.results[1]
    assert (shown.status, shown.duration_ms, shown.attempts) == (500, 1_234, 1)
    assert (shown.response, shown.error) == ("Café", "Response too long.")


def test_an_attempt_without_error_shows_none(storage, ada, hers):
    delivery = a_delivery(hers[0])
    delivery.record(Attempt(204, SECOND), NOON, jitter=0)
    storage.commit(lambda work: work.deliveries.add_all([delivery]))

    [shown] = storage.webhooks.deliveries(hers[0].id, PageRequest(10), Caller(ada.id)).results

    assert (shown.error, shown.response, shown.next_attempt_at) == (None, "", None)


def test_the_log_is_paginated_by_time_and_id_newest_first(storage, ada, hers):
    deliveries = [
        a_delivery(hers[0], id=UUID(int=number), created_at=NOON - (number // 2) * HOUR)
        for number in range(5)
    ]
    storage.commit(lambda work: work.deliveries.add_all(deliveries))

    numbers, after = [], None
    while True:
        page = storage.webhooks.deliveries(hers[0].id, PageRequest(2, after=after), Caller(ada.id))
        numbers += [view.id.int for view in page.results]
        after = page.next_cursor
        if after is None:
            break
        assert after == Cursor(page.results[-1].created_at, page.results[-1].id)

    assert numbers == [1, 0, 3, 2, 4]
