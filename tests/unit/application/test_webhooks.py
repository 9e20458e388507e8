"""Users set up webhooks; the worker delivers to them."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest

from application.pages import PageRequest
from application.ports.audit_log import AuditEvent
from application.ports.delivery_metrics import Outcome
from application.preconditions import PreconditionFailed
from application.webhooks import claim_deliveries
from application.webhooks.create_webhook import NewWebhook
from domain.accounts.errors import AccountDeleted
from domain.errors import Invalid
from domain.events.messages import MessageType
from domain.webhooks.delivery import LEASE, Attempt, DeliveryState
from domain.webhooks.errors import (
    DeliveryNotFound,
    TooManyWebhooks,
    WebhookDisabled,
    WebhookNotFound,
    WebhookUrlRefused,
)
from domain.webhooks.webhook import (
    MAX_WEBHOOKS,
    ROTATION,
    SECRET_BYTES,
    DisabledReason,
    WebhookChanges,
    WebhookDescription,
)
from tests.builders import CLIENT_INFO, DAY, HOUR, NOON, SECOND, a_delivery

URL = "https://example.org/turnout"
OK = Attempt(200, SECOND)
ERROR = Attempt(500, SECOND)
GONE = Attempt(410, SECOND)
LATEST = PageRequest(limit=100)


def create(world, caller, **fields):
    new = {"url": URL, "types": None, "description": WebhookDescription("")} | fields
    return world.create_webhook(caller, NewWebhook(**new), CLIENT_INFO)


def stored(world, webhook):
    return world.store.committed.webhooks[webhook.id]


def queue(world, webhook, now=NOON, **fields):
    delivery = a_delivery(webhook, now, **fields)
    world.store.committed.deliveries[delivery.id] = delivery
    return delivery


def state_of(world, delivery):
    return world.store.committed.deliveries[delivery.id].state


def claim(world, limit=10, busy=()):
    return world.claim_deliveries(limit, busy)


def deliver(world, attempt):
    """Claim the due deliveries and record the same outcome for all."""
    claimed = claim(world)
    for each in claimed:
        world.record_attempt(each, attempt)
    return claimed


@pytest.fixture
def webhook(world, ada):
    return create(world, ada).webhook


# Setting up


def test_a_new_webhook_is_enabled_and_its_secret_is_returned_once(world, ada):
    created = create(world, ada, types={MessageType.EVENT_UPDATED})

    webhook = created.webhook
    assert (webhook.url, webhook.types) == (URL, ["event.updated"])
    assert (webhook.enabled, webhook.disabled_reason) == (True, None)
    assert webhook.created_at == NOON
    assert len(created.secret) == SECRET_BYTES
    assert world.get_webhook(webhook.id, ada) == webhook
    assert world.list_webhooks(ada) == [webhook]
    assert stored(world, webhook).secret == created.secret
    assert repr(created.secret) not in repr(created)
    assert (AuditEvent.WEBHOOK_CREATED, ada.user_id) in world.audit.audit_events


@pytest.mark.parametrize(
    ("url", "error"), [("http://example.org", WebhookUrlRefused), ("https://ex ample", Invalid)]
)
def test_a_url_that_is_refused_creates_and_changes_nothing(world, ada, webhook, url, error):
    with pytest.raises(error):
        create(world, ada, url=url)
    with pytest.raises(error):
        world.update_webhook(webhook.id, WebhookChanges(url=url), ada)

    assert world.list_webhooks(ada) == [webhook]


def test_private_networks_can_be_allowed(world, ada):
    allowing = replace(world.create_webhook, allows_private_networks=True)
    new = NewWebhook("http://127.0.0.1:9000/", None, WebhookDescription(""))

    assert allowing(ada, new, CLIENT_INFO).webhook.url == new.url


def test_everybody_has_10_webhooks_at_most(world, ada, grace):
    webhooks = [create(world, ada).webhook for _ in range(MAX_WEBHOOKS)]

    with pytest.raises(TooManyWebhooks):
        create(world, ada)
    create(world, grace)

    world.delete_webhook(webhooks[0].id, ada)
    create(world, ada)
    assert len(world.list_webhooks(ada)) == MAX_WEBHOOKS


def test_a_deleted_account_creates_no_webhook(world, ada):
    world.delete_account(ada, "ada's password", CLIENT_INFO)

    with pytest.raises(AccountDeleted):
        create(world, ada)


OF_ANOTHER_USER = {
    "get": lambda world, id_, caller: world.get_webhook(id_, caller),
    "update": lambda world, id_, caller: world.update_webhook(id_, WebhookChanges(), caller),
    "delete": lambda world, id_, caller: world.delete_webhook(id_, caller),
    "rotate": lambda world, id_, caller: world.rotate_webhook_secret(id_, caller, CLIENT_INFO),
    "test": lambda world, id_, caller: world.send_test_message(id_, caller),
    "list": lambda world, id_, caller: world.list_deliveries(id_, LATEST, caller),
    "retry": lambda world, id_, caller: world.retry_delivery(id_, uuid4(), caller),
}


@pytest.mark.parametrize("act", OF_ANOTHER_USER.values(), ids=OF_ANOTHER_USER)
def test_the_webhook_of_another_user_is_not_found(world, ada, grace, webhook, act):
    before = stored(world, webhook)

    with pytest.raises(WebhookNotFound):
        act(world, webhook.id, grace)
    with pytest.raises(WebhookNotFound):
        act(world, uuid4(), ada)

    assert world.list_webhooks(grace) == []
    assert stored(world, webhook) == before


def test_an_update_changes_only_the_given_fields(world, ada, webhook):
    changes = WebhookChanges(types={MessageType.EVENT_DELETED, MessageType.EVENT_CANCELLED})

    updated = world.update_webhook(webhook.id, changes, ada)

    assert updated == replace(webhook, types=["event.cancelled", "event.deleted"])
    assert world.get_webhook(webhook.id, ada) == updated
    assert world.update_webhook(webhook.id, WebhookChanges(types=None), ada) == webhook


def test_a_webhook_is_disabled_and_enabled_by_its_owner(world, ada, webhook):
    disabled = world.update_webhook(webhook.id, WebhookChanges(enabled=False), ada)
    assert (disabled.enabled, disabled.disabled_reason) == (False, DisabledReason.BY_OWNER)

    assert world.update_webhook(webhook.id, WebhookChanges(enabled=True), ada) == webhook


def test_an_update_or_a_deletion_can_depend_on_the_current_state(world, ada, webhook):
    def refuse(view):
        assert view == webhook
        raise PreconditionFailed

    with pytest.raises(PreconditionFailed):
        world.update_webhook(webhook.id, WebhookChanges(enabled=False), ada, refuse)
    with pytest.raises(PreconditionFailed):
        world.delete_webhook(webhook.id, ada, refuse)

    assert world.list_webhooks(ada) == [webhook]


def test_both_secrets_sign_for_a_day_after_a_rotation(world, ada):
    first = create(world, ada)

    second = world.rotate_webhook_secret(first.webhook.id, ada, CLIENT_INFO)

    assert second.webhook == first.webhook
    assert second.secret != first.secret
    assert stored(world, first.webhook).signing_secrets(NOON) == [second.secret, first.secret]
    assert stored(world, first.webhook).signing_secrets(NOON + ROTATION) == [second.secret]
    assert (AuditEvent.WEBHOOK_SECRET_ROTATED, ada.user_id) in world.audit.audit_events


def test_deleting_an_account_deletes_its_webhooks(world, ada, grace, webhook):
    other = create(world, grace).webhook
    delivery = queue(world, webhook)

    world.delete_account(ada, "ada's password", CLIENT_INFO)

    assert [*world.store.committed.webhooks] == [other.id]
    assert claim(world) == []
    assert state_of(world, delivery) is DeliveryState.FAILED


# Tests, the log, and retries


def test_a_test_message_goes_to_one_webhook_whatever_its_types_are(world, ada):
    webhook = create(world, ada, types={MessageType.EVENT_DELETED}).webhook
    create(world, ada)

    queued = world.send_test_message(webhook.id, ada)

    assert (queued.type, queued.state, queued.attempts) == ("webhook.test", "pending", 0)
    assert world.list_deliveries(webhook.id, LATEST, ada).results == [queued]
    [claimed] = claim(world)
    assert (claimed.webhook.id, claimed.delivery.id) == (webhook.id, queued.id)
    assert json.loads(claimed.delivery.body) == {
        "type": "webhook.test",
        "timestamp": "2030-05-17T12:00:00Z",
        "data": {"webhook_id": str(webhook.id)},
    }


def test_a_disabled_webhook_gets_neither_tests_nor_retries(world, ada, webhook):
    delivery = queue(world, webhook)
    world.update_webhook(webhook.id, WebhookChanges(enabled=False), ada)

    with pytest.raises(WebhookDisabled):
        world.send_test_message(webhook.id, ada)
    with pytest.raises(WebhookDisabled):
        world.retry_delivery(webhook.id, delivery.id, ada)

    assert world.list_deliveries(webhook.id, LATEST, ada).results[0].id == delivery.id


def test_the_log_shows_the_newest_delivery_first(world, ada, webhook):
    old, new = (queue(world, webhook, NOON - hours * HOUR) for hours in (1, 0))

    page = world.list_deliveries(webhook.id, PageRequest(limit=1), ada)
    rest = world.list_deliveries(webhook.id, PageRequest(1, after=page.next_cursor), ada)

    assert [view.id for view in (*page.results, *rest.results)] == [new.id, old.id]
    assert (page.count, rest.next_cursor) == (None, None)


@pytest.mark.parametrize("attempt", [OK, ERROR, GONE])
def test_a_delivery_can_be_retried_whatever_its_state_is(world, ada, webhook, attempt):
    delivery = queue(world, webhook)
    deliver(world, attempt)
    world.update_webhook(webhook.id, WebhookChanges(enabled=True), ada)

    retried = world.retry_delivery(webhook.id, delivery.id, ada)

    assert (retried.state, retried.attempts) == ("pending", 0)
    assert (retried.message_id, retried.status) == (delivery.message_id, attempt.status)
    [claimed] = claim(world)
    assert claimed.delivery.id == delivery.id


def test_a_retry_is_attempted_even_if_the_clock_is_behind(world, ada, webhook):
    delivery = queue(world, webhook)
    stored(world, webhook).enabled_at = NOON + SECOND

    world.retry_delivery(webhook.id, delivery.id, ada)
    world.send_test_message(webhook.id, ada)
    world.clock.advance(SECOND)

    assert len(claim(world)) == 2


def test_a_delivery_of_another_webhook_cannot_be_retried(world, ada, webhook):
    delivery = queue(world, create(world, ada).webhook)

    with pytest.raises(DeliveryNotFound):
        world.retry_delivery(webhook.id, delivery.id, ada)


# Claims


def test_a_claimed_delivery_is_leased_until_its_outcome_is_recorded(world, webhook):
    delivery = queue(world, webhook)

    [claimed] = claim(world)

    assert (claimed.delivery.id, claimed.webhook.id) == (delivery.id, webhook.id)
    world.clock.advance(LEASE - SECOND)
    assert claim(world) == []
    world.record_attempt(claimed, OK)
    world.clock.advance(SECOND)
    assert claim(world) == []


def test_a_delivery_is_attempted_again_if_its_worker_dies(world, webhook):
    delivery = queue(world, webhook)
    claim(world)

    world.clock.advance(LEASE)

    [claimed] = claim(world)
    assert (claimed.delivery.id, claimed.delivery.attempts) == (delivery.id, 0)
    assert claimed.delivery.message_id == delivery.message_id


def test_a_slow_webhook_does_not_delay_others(world, ada, grace):
    slow, fast = create(world, ada).webhook, create(world, grace).webhook
    for _ in range(2 * claim_deliveries.PER_WEBHOOK):
        queue(world, slow)
    queue(world, fast, NOON + SECOND)
    world.clock.advance(SECOND)

    first = claim(world)
    second = claim(world, busy={slow.id})

    ids = [each.webhook.id for each in first]
    assert ids == [slow.id] * claim_deliveries.PER_WEBHOOK + [fast.id]
    assert second == []


def test_outdated_deliveries_fail_without_an_attempt_however_many(world, ada, webhook, monkeypatch):
    monkeypatch.setattr(claim_deliveries, "BATCH", 2)
    outdated = [queue(world, webhook) for _ in range(5)]
    world.update_webhook(webhook.id, WebhookChanges(enabled=False), ada)
    world.clock.advance(SECOND)
    world.update_webhook(webhook.id, WebhookChanges(enabled=True), ada)
    new = queue(world, webhook, world.clock.now())

    claimed = claim(world)

    assert [each.delivery.id for each in claimed] == [new.id]
    assert {state_of(world, each) for each in outdated} == {DeliveryState.FAILED}
    log = world.list_deliveries(webhook.id, LATEST, ada).results
    assert {view.attempts for view in log} == {0}


# Outcomes


def test_a_delivery_that_succeeds_is_counted_and_not_sent_again(world, webhook):
    delivery = queue(world, webhook)

    deliver(world, OK)

    assert state_of(world, delivery) is DeliveryState.SUCCEEDED
    assert world.delivery_metrics.webhooks == [(Outcome.SUCCESS, 1.0)]
    world.clock.advance(DAY)
    assert claim(world) == []


def test_a_delivery_that_fails_is_attempted_again_with_the_same_message(world, webhook):
    delivery = queue(world, webhook)

    deliver(world, ERROR)
    assert claim(world) == []
    world.clock.advance(5 * SECOND)
    [claimed] = deliver(world, OK)

    assert (claimed.delivery.id, claimed.delivery.attempts) == (delivery.id, 1)
    assert claimed.delivery.message_id == delivery.message_id
    assert claimed.delivery.body == delivery.body
    assert [outcome for outcome, _ in world.delivery_metrics.webhooks] == ["retry", "success"]


def test_retry_after_is_honoured(world, webhook):
    queue(world, webhook)

    deliver(world, replace(ERROR, status=503, retry_after=HOUR))

    world.clock.advance(HOUR - SECOND)
    assert claim(world) == []
    world.clock.advance(SECOND)
    assert len(claim(world)) == 1


def test_410_disables_the_webhook_and_fails_its_other_deliveries(world, ada, webhook):
    gone = queue(world, webhook)
    other = queue(world, webhook, NOON + SECOND)

    [claimed] = claim(world)
    assert world.record_attempt(claimed, GONE) is DisabledReason.GONE

    view = world.get_webhook(webhook.id, ada)
    assert (view.enabled, view.disabled_reason) == (False, DisabledReason.GONE)
    world.clock.advance(SECOND)
    assert claim(world) == []
    assert state_of(world, gone) is state_of(world, other) is DeliveryState.FAILED
    assert [outcome for outcome, _ in world.delivery_metrics.webhooks] == ["failure"]


def test_the_last_attempt_disables_the_webhook(world, ada, webhook):
    delivery = queue(world, webhook)

    attempts = 0
    while deliver(world, ERROR):
        attempts += 1
        world.clock.advance(DAY)

    assert attempts == 10
    view = world.get_webhook(webhook.id, ada)
    assert (view.enabled, view.disabled_reason) == (False, DisabledReason.FAILING)
    assert state_of(world, delivery) is DeliveryState.FAILED


def test_enabling_a_webhook_again_does_not_replay_old_deliveries(world, ada, webhook):
    queue(world, webhook)
    pending = queue(world, webhook, NOON + HOUR)
    deliver(world, GONE)

    world.clock.advance(SECOND)
    world.update_webhook(webhook.id, WebhookChanges(enabled=True), ada)
    pending = world.store.committed.deliveries[pending.id]
    pending.queued_at = NOON

    world.clock.advance(HOUR)
    assert claim(world) == []
    assert state_of(world, pending) is DeliveryState.FAILED


def test_the_outcome_of_a_replaced_lease_is_not_recorded(world, ada, webhook):
    delivery = queue(world, webhook)
    [late] = claim(world)
    world.clock.advance(LEASE)
    [current] = claim(world)

    assert world.record_attempt(late, GONE) is None

    assert state_of(world, delivery) is DeliveryState.PENDING
    assert world.get_webhook(webhook.id, ada).enabled
    assert world.delivery_metrics.webhooks == []
    assert world.record_attempt(current, OK) is None
    assert state_of(world, delivery) is DeliveryState.SUCCEEDED
    world.record_attempt(current, ERROR)
    assert state_of(world, delivery) is DeliveryState.SUCCEEDED


def test_a_retry_replaces_the_lease_of_an_attempt_in_flight(world, ada, webhook):
    delivery = queue(world, webhook)
    [in_flight] = claim(world)

    world.retry_delivery(webhook.id, delivery.id, ada)
    world.record_attempt(in_flight, GONE)

    assert world.get_webhook(webhook.id, ada).enabled
    assert len(claim(world)) == 1


def test_the_outcome_for_a_webhook_that_was_deleted_meanwhile_is_recorded(world, ada, webhook):
    delivery = queue(world, webhook)
    [claimed] = claim(world)
    world.delete_webhook(webhook.id, ada)

    world.record_attempt(claimed, GONE)

    assert state_of(world, delivery) is DeliveryState.FAILED
    assert world.list_webhooks(ada) == []


def test_the_owners_reason_to_disable_a_webhook_stays(world, ada, webhook):
    queue(world, webhook)
    [claimed] = claim(world)
    world.update_webhook(webhook.id, WebhookChanges(enabled=False), ada)

    world.record_attempt(claimed, GONE)

    assert world.get_webhook(webhook.id, ada).disabled_reason is DisabledReason.BY_OWNER
