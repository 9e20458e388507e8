from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Invalid
from domain.events.messages import MessageType
from domain.webhooks.delivery import (
    ATTEMPT_TIMEOUT,
    LEASE,
    Attempt,
    DeliveryState,
)
from domain.webhooks.errors import WebhookDisabled, WebhookUrlRefused
from domain.webhooks.webhook import (
    DisabledReason,
    WebhookChanges,
    WebhookDescription,
    WebhookUrl,
)
from tests.builders import DAY, HOUR, NOON, SECOND, a_delivery, a_webhook

MINUTE = timedelta(minutes=1)
OLDEST, OLD, NEW = b"x" * 32, b"o" * 32, b"n" * 32


def an_attempt(status=500, **fields):
    return Attempt(status=status, duration=SECOND, **fields)


# Attempts


@pytest.mark.parametrize("status", [200, 204, 299])
def test_2xx_is_success(status):
    assert an_attempt(status).is_success


@pytest.mark.parametrize("status", [None, 199, 300, 301, 404, 410, 500])
def test_other_outcomes_are_failures(status):
    attempt = an_attempt(status)

    assert not attempt.is_success
    assert attempt.is_gone == (status == 410)


# The schedule


def test_a_delivery_is_retried_for_three_days_and_then_fails():
    delivery, delays = a_delivery(), []
    while delivery.state is DeliveryState.PENDING:
        delivery.record(an_attempt(), NOON, jitter=0)
        if delivery.next_attempt_at:
            delays.append(delivery.next_attempt_at - NOON)

    assert delays == [
        *(5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR),
        *(10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
    ]
    assert delivery.state is DeliveryState.FAILED
    assert delivery.attempts == 10


@pytest.mark.parametrize(
    ("jitter", "delay"), [(0, 120 * MINUTE), (0.5, 126 * MINUTE), (1, 132 * MINUTE)]
)
def test_jitter_delays_an_attempt_by_up_to_a_tenth(jitter, delay):
    delivery = a_delivery(attempts=3)
    delivery.record(an_attempt(), NOON, jitter)

    assert delivery.next_attempt_at == NOON + delay


@pytest.mark.parametrize(
    ("retry_after", "delay"),
    [
        (timedelta(0), 5 * MINUTE),
        (-HOUR, 5 * MINUTE),
        (4 * MINUTE, 5 * MINUTE),
        (6 * MINUTE, 6 * MINUTE),
        (DAY, DAY),
        (8 * DAY, DAY),
        (timedelta.max, DAY),
    ],
)
def test_retry_after_can_delay_an_attempt_by_up_to_a_day(retry_after, delay):
    delivery = a_delivery(attempts=1)
    delivery.record(an_attempt(503, retry_after=retry_after), NOON, jitter=0)

    assert delivery.next_attempt_at == NOON + delay


def test_retry_after_does_not_add_attempts():
    delivery = a_delivery(attempts=9)
    delivery.record(an_attempt(503, retry_after=HOUR), NOON, jitter=0)

    assert (delivery.state, delivery.next_attempt_at) == (DeliveryState.FAILED, None)


@pytest.mark.parametrize("attempts", [0, 9])
def test_success_ends_a_delivery(attempts):
    delivery, success = a_delivery(attempts=attempts), an_attempt(204, retry_after=HOUR)
    delivery.record(success, NOON, jitter=0)

    assert (delivery.state, delivery.next_attempt_at) == (DeliveryState.SUCCEEDED, None)
    assert (delivery.attempts, delivery.last_attempt) == (attempts + 1, success)


def test_410_ends_a_delivery():
    delivery = a_delivery()
    delivery.record(an_attempt(410, retry_after=HOUR), NOON, jitter=0)

    assert (delivery.state, delivery.next_attempt_at) == (DeliveryState.FAILED, None)


@pytest.mark.parametrize(
    ("attempts", "status", "reason"),
    [
        (0, 410, DisabledReason.GONE),
        (9, 410, DisabledReason.GONE),
        (9, 500, DisabledReason.FAILING),
        (9, None, DisabledReason.FAILING),
        (8, 500, None),
        (9, 200, None),
    ],
)
def test_a_webhook_is_disabled_when_its_endpoint_is_gone_or_fails_to_the_end(
    attempts, status, reason
):
    delivery = a_delivery(attempts=attempts)
    delivery.record(an_attempt(status), NOON, jitter=0)

    assert delivery.reason_to_disable() is reason


def test_a_delivery_that_failed_without_an_attempt_disables_nothing():
    assert a_delivery(state=DeliveryState.FAILED).reason_to_disable() is None


def test_a_retry_starts_again_with_the_first_attempt():
    delivery = a_delivery(attempts=9)
    delivery.record(an_attempt(), NOON, jitter=0)

    delivery.retry(NOON + DAY)

    assert (delivery.state, delivery.attempts) == (DeliveryState.PENDING, 0)
    assert delivery.queued_at == delivery.next_attempt_at == NOON + DAY
    assert delivery.created_at == NOON


def test_a_lease_is_longer_than_an_attempt():
    assert LEASE >= 2 * ATTEMPT_TIMEOUT


# Webhooks


def test_a_webhook_without_types_wants_all_messages():
    assert all(a_webhook().wants(each, NOON) for each in [*MessageType, "webhook.test"])


def test_a_webhook_with_types_wants_only_these():
    webhook = a_webhook(types={MessageType.EVENT_UPDATED})

    wanted = [each for each in MessageType if webhook.wants(each, NOON)]

    assert wanted == [MessageType.EVENT_UPDATED]


def test_a_disabled_webhook_wants_nothing_until_it_is_enabled():
    webhook = a_webhook()
    webhook.disable(DisabledReason.GONE)
    assert not webhook.is_enabled
    assert not webhook.wants(MessageType.EVENT_UPDATED, NOON)

    webhook.edit(WebhookChanges(enabled=True), NOON)
    assert webhook.is_enabled
    assert webhook.wants(MessageType.EVENT_UPDATED, NOON)


@pytest.mark.parametrize(("seconds", "is_wanted"), [(-6, False), (-5, True), (1, True)])
def test_a_webhook_wants_nothing_that_happened_before_it_was_enabled(seconds, is_wanted):
    webhook = a_webhook(enabled_at=NOON)

    assert webhook.wants(MessageType.EVENT_UPDATED, NOON + seconds * SECOND) == is_wanted


def test_a_disabled_webhook_keeps_the_first_reason():
    webhook = a_webhook()
    webhook.disable(DisabledReason.FAILING)
    webhook.disable(DisabledReason.BY_OWNER)

    assert webhook.disabled_reason is DisabledReason.FAILING


def test_enabling_says_since_when_deliveries_are_attempted():
    webhook = a_webhook(disabled_reason=DisabledReason.GONE, enabled_at=NOON - DAY)

    webhook.edit(WebhookChanges(enabled=True), NOON)

    assert (webhook.disabled_reason, webhook.enabled_at) == (None, NOON)
    webhook.edit(WebhookChanges(enabled=True), NOON + HOUR)
    assert webhook.enabled_at == NOON


def test_its_owner_can_disable_a_webhook():
    webhook = a_webhook()

    webhook.edit(WebhookChanges(enabled=False), NOON)

    assert webhook.disabled_reason is DisabledReason.BY_OWNER
    with pytest.raises(WebhookDisabled):
        webhook.require_enabled()


def test_an_edit_changes_only_the_given_fields():
    webhook = a_webhook(types={MessageType.EVENT_UPDATED})
    before = deepcopy(webhook)

    webhook.edit(WebhookChanges(), NOON)
    assert webhook == before

    webhook.edit(WebhookChanges(url="https://example.net/", types=None), NOON)
    assert webhook == replace(before, url="https://example.net/", types=None)


@pytest.mark.parametrize(
    ("now", "queued_at"), [(NOON + SECOND, NOON + SECOND), (NOON - SECOND, NOON)]
)
def test_deliveries_are_queued_after_their_webhook_was_enabled_even_if_clocks_differ(
    now, queued_at
):
    assert a_webhook(enabled_at=NOON).queue_time(now) == queued_at


@pytest.mark.parametrize(
    ("now", "secrets"),
    [
        (NOON, [NEW, OLD]),
        (NOON + DAY - SECOND, [NEW, OLD]),
        (NOON + DAY, [NEW]),
        (NOON + 9 * DAY, [NEW]),
    ],
)
def test_both_secrets_sign_for_a_day_after_a_rotation(now, secrets):
    webhook = a_webhook(secret=OLD)
    assert webhook.signing_secrets(NOON) == [OLD]

    webhook.rotate_secret(NEW, NOON)
    assert webhook.signing_secrets(now) == secrets


def test_after_two_rotations_the_oldest_secret_no_longer_signs():
    webhook = a_webhook(secret=OLDEST)
    webhook.rotate_secret(OLD, NOON)
    webhook.rotate_secret(NEW, NOON + HOUR)

    assert webhook.signing_secrets(NOON + HOUR) == [NEW, OLD]
    assert webhook.signing_secrets(NOON + DAY) == [NEW, OLD]
    assert webhook.signing_secrets(NOON + HOUR + DAY) == [NEW]


def test_secrets_are_in_no_representation():
    webhook = a_webhook(secret=OLD)
    webhook.rotate_secret(NEW, NOON)

    assert "ooo" not in repr(webhook)
    assert "nnn" not in repr(webhook)


# URLs


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example",
        "https://hooks.example/",
        "https://hooks.example:8443/a/b%20c?d=e&f=%2F",
        "https://hooks.example:/",
        "HTTPS://Hooks.Example/",
        "https://xn--bcher-kva.example./",
        "https://a_b.c-d.example/",
        "https://1.2.3.4.example/",
        "https://0x7f.example/",
        "https://localhost.example/",
        "https://hooks.example/?to=ada@home.example",
        "https://hooks.example/" + "x" * 1_978,
        "https://" + "a." * 123 + "example",
        "https://" + "a" * 63 + ".example",
    ],
    ids=lambda url: url[:40],
)
def test_a_url_is_https_with_the_name_of_a_host(url):
    assert WebhookUrl(url) == url


INVALID_URLS = [
    "https://hooks.example/" + "x" * 1_979,
    "https://hooks.example/ü",
    "https://hooks.example/a b",
    "https://hooks.example/\n",
    " https://hooks.example/",
    "https://hooks.example/\x7f",
    "https://hooks.example/\0",
    "https://ada:secret@hooks.example/",
    "https://ada@hooks.example/",
    "https://@hooks.example/",
    "https://hooks.example/#top",
    "https://hooks.example/#",
    "https://hooks.example:99999/",
    "https://hooks.example:x/",
    "https://[::1/",
    "https://[v1.example]/",
    "https://[v1.example];",
    "https://[::1];",
    "https://hooks.[::1]/",
    "https://",
    "https:///path",
    "https:hooks.example",
    "https://:443/",
    "https://./",
    "https://.example/",
    "https://hooks..example/",
    "https://hooks.example../",
    "https://-hooks.example/",
    "https://hooks-.example/",
    "https://*.example/",
    "https://hooks%2eexample/",
    "https://127.0.0.1\\.hooks.example/",
    "https://hooks.example\\@127.0.0.1/",
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 124 + "example/",
]
REFUSED_URLS = [
    "http://hooks.example/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://a.localhost/",
    "https://intranet/",
    "https://intranet./",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://0x7f.0x1/",
    "https://0X7F000001/",
    "https://127.0.0.0x/",
    "https://1.1.1.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]:443/",
    "https://[2606:4700:4700::1111]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%25eth0.lan]/",
]
ALWAYS_REFUSED_URLS = ["ftp://hooks.example/", "//hooks.example/", "hooks.example", "/", "x", "a:b"]


@pytest.mark.parametrize("url", INVALID_URLS, ids=lambda url: ascii(url)[:40])
@pytest.mark.parametrize("allows_private_networks", [True, False])
def test_a_malformed_url_is_invalid(url, allows_private_networks):
    with pytest.raises(Invalid) as exc_info:
        WebhookUrl(url, allows_private_networks=allows_private_networks)

    assert (exc_info.value.field, exc_info.value.code) == ("url", "validation_failed")


@pytest.mark.parametrize("url", REFUSED_URLS + ALWAYS_REFUSED_URLS)
def test_any_other_url_is_refused(url):
    with pytest.raises(WebhookUrlRefused) as exc_info:
        WebhookUrl(url)

    assert (exc_info.value.field, exc_info.value.code) == ("url", "webhook_url_refused")


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_private_networks_can_be_allowed(url):
    assert WebhookUrl(url, allows_private_networks=True) == url


@pytest.mark.parametrize("url", ALWAYS_REFUSED_URLS)
def test_only_http_and_https_can_be_allowed(url):
    with pytest.raises(WebhookUrlRefused):
        WebhookUrl(url, allows_private_networks=True)


# Descriptions


def test_a_description_is_trimmed():
    assert WebhookDescription(" For the\nwarehouse \n") == "For the\nwarehouse"
    assert len(WebhookDescription("x" * 500 + " ")) == 500


@pytest.mark.parametrize("text", ["x" * 501, "a\0b"], ids=["long", "NUL"])
def test_a_long_description_or_control_characters_are_invalid(text):
    with pytest.raises(Invalid) as exc_info:
        WebhookDescription(text)

    assert exc_info.value.field == "description"
