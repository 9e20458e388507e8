"""No response reveals another user's email address."""

from itertools import product

import pytest

from tests.e2e.client import an_event_body
from tests.e2e.openapi.test_document import operations

EMAIL = "secret.address@example.org"
MEDIA_TYPES = ("application/json", "text/csv", "text/calendar", "*/*")


@pytest.fixture
def ada(visitor):
    member = visitor.new_member("ada")
    assert member.change_email(EMAIL).json()["email"] == EMAIL
    member.webhook = member.new_webhook()
    return member


def paths_for(user, ada):
    """Fills paths with ids of the user's and of Ada's resources; both attend two events."""
    own_event, adas_event = user.new_event(), ada.new_event()
    for event in (own_event, adas_event):
        ada.attend(event)
        user.attend(event)
    full_event = ada.new_event(capacity=1)
    ada.attend(full_event)
    feeds = [each.post("/v1/profile/calendar/").json()["url"] for each in (user, ada)]
    webhooks = [user.new_webhook(), ada.webhook]
    deliveries = [
        each.post(f"{webhook}test/").json()["id"]
        for each, webhook in zip((user, ada), webhooks, strict=True)
    ]
    values_by_name = {
        "webhook_id": [webhook.split("/")[3] for webhook in webhooks],
        "delivery_id": deliveries,
        "event_id": [event.split("/")[3] for event in (own_event, adas_event, full_event)],
        "user_id": [ada.id],
        "session_id": [each.sessions()[0]["id"] for each in (user, ada)],
        "secret": [url.rpartition("/")[2].removesuffix(".ics") for url in feeds],
    }
    return lambda path: _fill(path, values_by_name)


def _fill(path, values_by_name):
    names = [name for name in values_by_name if f"{{{name}}}" in path]
    ids = product(*(values_by_name[name] for name in names))
    return [path.format(**dict(zip(names, each, strict=True))) for each in ids]


def bodies_of(operation, ada):
    """An invalid body, the example, and one with Ada's username where there is a username."""
    if "requestBody" not in operation:
        return [None]
    [media, *_] = operation["requestBody"]["content"].values()
    example = media["example"]
    if "title" in example:
        example = an_event_body()
    return [{}, example, example | {"username": ada.username} if "username" in example else example]


def responses(visitor, ada, path, method, operation):
    user = visitor.new_member("grace")
    for url in paths_for(user, ada)(path):
        for body, media_type in product(bodies_of(operation, ada), MEDIA_TYPES):
            yield user.http.request(method, url, json=body, headers={"Accept": media_type})


def test_no_response_to_another_user_contains_the_email_address(visitor, document, ada):
    succeeded = set()
    for path, method, operation in operations(document):
        for response in responses(visitor, ada, path, method, operation):
            assert EMAIL not in response.text, f"{method} {path}"
            assert EMAIL not in str(response.headers), f"{method} {path}"
            assert response.status_code < 500
            if response.is_success:
                succeeded.add((method, path))

    # All can succeed except those that need the other user's password or token.
    not_succeeded = {(method, path) for path, method, _ in operations(document)} - succeeded
    assert not_succeeded <= {
        ("delete", "/v1/profile/"),
        ("post", "/v1/profile/password/"),
        ("post", "/v1/profile/password/reset/confirm/"),
        ("post", "/v1/profile/email/verify/"),
        ("post", "/v1/profile/token/refresh/"),
        ("post", "/v1/profile/token/verify/"),
    }
    assert ada.get("/v1/profile/").json()["email"] == EMAIL
