"""Conditional requests (RFC 9110 section 13)."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine

from tests.concurrency import run_concurrently
from tests.e2e.client import PASSWORD, an_event_body
from tests.e2e.problems import is_problem

PROFILE = "/v1/profile/"
STALE = '"0123456789abcdef0123456789abcdef"'


def etag_of(person, path):
    response = person.get(path)
    assert response.status_code == 200
    return response.headers["ETag"]


def send(person, method, path, body=None, **headers):
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return person.http.request(method, path, json=body, headers=fields)


@pytest.fixture
def event(ada):
    return ada.new_event(capacity=5)


@pytest.fixture
def webhook(ada):
    return ada.new_webhook()


@pytest.fixture(params=["event", "profile", "webhook"])
def path(request):
    return PROFILE if request.param == "profile" else request.getfixturevalue(request.param)


@pytest.mark.parametrize("template", ["{}", "W/{}", '"other", {}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_none_match_with_the_current_etag_returns_304(ada, path, method, template):
    etag = etag_of(ada, path)

    response = send(ada, method, path, If_None_Match=template.format(etag))

    assert response.status_code == 304
    assert response.headers["ETag"] == etag
    assert response.headers["Cache-Control"] in ("private, no-cache", "no-store")
    assert response.content == b""
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize("etag_sent", [STALE, "", "\xe9", '"', "W/"])
def test_if_none_match_with_another_etag_returns_the_body(ada, path, etag_sent):
    response = send(ada, "GET", path, If_None_Match=etag_sent.encode("latin-1"))

    assert response.status_code == 200
    assert response.json()


def test_the_etag_changes_with_everything_that_is_shown(ada, grace, event):
    etags = [etag_of(ada, event), etag_of(grace, event)]
    grace.attend(event)
    etags += [etag_of(ada, event), etag_of(grace, event)]
    ada.patch(event, title="Coffee")
    etags.append(etag_of(ada, event))
    ada.http.patch(PROFILE, json={"username": f"{ada.username}-2"})
    etags.append(etag_of(ada, event))
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=24, minutes=30), tick=False):
        ada.username += "-2"
        later = ada.log_in_again(ada)
        etags.append(etag_of(later, event))

    # Both see the same until someone attends.
    assert etags[0] == etags[1]
    assert len(set(etags)) == len(etags) - 1


def test_create_put_and_patch_return_the_same_etag_as_get(ada):
    created = ada.create_event()
    event = created.headers["Location"]
    assert created.headers["ETag"] == etag_of(ada, event)

    patched = ada.patch(event, title="Coffee")
    assert patched.headers["ETag"] == etag_of(ada, event)
    replaced = ada.put(event, **an_event_body())
    assert replaced.headers["ETag"] == etag_of(ada, event)

    patched = ada.change_email("ada@example.org")
    assert patched.headers["ETag"] == etag_of(ada, PROFILE)


CHANGES = [
    ("PUT", an_event_body(title="New")),
    ("PATCH", {"title": "New"}),
    ("DELETE", None),
]
# The transitions of an event, by the states that they start from.
TRANSITIONS = [("draft", "publish/"), ("published", "call-off/")]


@pytest.mark.parametrize(("method", "body"), CHANGES)
@pytest.mark.parametrize("template", ["{}", f"{STALE}, {{}}", "*", f"{{}},{STALE}"])
def test_if_match_with_the_current_etag_allows_the_change(ada, event, method, body, template):
    response = send(ada, method, event, body, If_Match=template.format(etag_of(ada, event)))

    assert response.is_success


@pytest.mark.parametrize(("method", "body"), CHANGES)
@pytest.mark.parametrize("template", [STALE, "W/{}", "", '""', "a", f"{STALE}, W/{{}}"])
def test_if_match_with_another_etag_prevents_the_change(ada, event, method, body, template):
    before = ada.get(event)

    response = send(ada, method, event, body, If_Match=template.format(before.headers["ETag"]))

    assert is_problem(response, 412, "precondition_failed")
    assert ada.get(event).json() == before.json()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_match_applies_to_reads(ada, path, method):
    assert send(ada, method, path, If_Match=etag_of(ada, path)).status_code == 200
    for other in (STALE, f"W/{etag_of(ada, path)}"):
        assert send(ada, method, path, If_Match=other).status_code == 412


@pytest.mark.parametrize("template", ["{}", "*", "W/{}"])
def test_if_none_match_applies_to_changes(ada, event, template):
    etag = etag_of(ada, event)
    body = {"title": "New"}

    response = send(ada, "PATCH", event, body, If_None_Match=template.format(etag))

    assert is_problem(response, 412, "precondition_failed")
    assert send(ada, "PATCH", event, body, If_None_Match=STALE).status_code == 200


def test_other_errors_take_precedence_over_412(ada, grace, event):
    stale = partial(send, If_Match=STALE)
    nowhere = "/v1/events/01997a60-5a80-7000-8000-000000000002/"
    for person in (ada, grace):
        person.attend(event)

    assert stale(ada, "DELETE", nowhere).status_code == 404
    assert stale(ada, "PATCH", nowhere, {"title": "New"}).status_code == 404
    assert stale(grace, "DELETE", event).status_code == 403
    assert stale(grace, "PATCH", event, {"title": "New"}).status_code == 403
    assert stale(ada, "PATCH", event, {"capacity": 1}).status_code == 409
    assert stale(ada, "PATCH", event, {"title": ""}).status_code == 422
    assert stale(ada, "PATCH", PROFILE, {"username": grace.username}).status_code == 409
    body = {"password": "not this one"}
    assert is_problem(stale(ada, "DELETE", PROFILE, body), 403, "wrong_password")


def test_one_of_50_concurrent_event_changes_succeeds(ada, event):
    etag = etag_of(ada, event)

    responses = run_concurrently(
        *(partial(send, ada, "PATCH", event, {"title": f"T{n}"}, If_Match=etag) for n in range(50))
    )

    assert sorted(response.status_code for response in responses) == [200] + [412] * 49
    [succeeded] = [response for response in responses if response.status_code == 200]
    assert ada.get(event).json() == succeeded.json()


@pytest.mark.parametrize(("method", "body"), CHANGES)
def test_a_new_attendee_does_not_make_a_change_fail(ada, grace, event, method, body):
    etag = etag_of(ada, event)
    grace.attend(event)

    assert send(ada, method, event, body, If_Match=etag).is_success


@pytest.mark.parametrize(("method", "body"), CHANGES)
def test_an_edit_makes_a_change_with_the_old_etag_fail(ada, grace, event, method, body):
    etag = etag_of(ada, event)
    edited = ada.patch(event, title="Coffee")

    response = send(ada, method, event, body, If_Match=etag)

    assert is_problem(response, 412, "precondition_failed")
    assert ada.get(event).json() == edited.json()
    assert send(ada, method, event, body, If_Match=edited.headers["ETag"]).is_success


@pytest.mark.parametrize(("state", "transition"), TRANSITIONS)
def test_a_transition_changes_the_etag(ada, state, transition):
    event = ada.new_event(state=state)
    before = etag_of(ada, event)

    changed = send(ada, "POST", event + transition, If_Match=before)

    assert changed.status_code == 200
    assert changed.headers["ETag"] == etag_of(ada, event) != before
    assert send(ada, "GET", event, If_None_Match=before).status_code == 200
    assert is_problem(send(ada, "DELETE", event, If_Match=before), 412, "precondition_failed")


@pytest.mark.parametrize(("state", "transition"), TRANSITIONS)
@pytest.mark.parametrize("template", [STALE, "W/{}"])
def test_if_match_with_another_etag_prevents_a_transition(ada, state, transition, template):
    event = ada.new_event(state=state)
    before = ada.get(event)

    response = send(
        ada, "POST", event + transition, If_Match=template.format(before.headers["ETag"])
    )

    assert is_problem(response, 412, "precondition_failed")
    assert ada.get(event).json() == before.json()


@pytest.mark.parametrize(("state", "transition"), TRANSITIONS)
def test_an_edit_makes_a_transition_with_the_old_etag_fail(ada, grace, state, transition):
    event = ada.new_event(state=state)
    etag = etag_of(ada, event)
    grace.attend(event)
    edited = ada.patch(event, title="Coffee").headers["ETag"]

    assert send(ada, "POST", event + transition, If_Match=etag).status_code == 412
    assert send(ada, "POST", event + transition, If_Match=edited).status_code == 200


def test_a_cached_event_is_fetched_again_after_somebody_attends(ada, grace, event):
    etag = etag_of(ada, event)
    grace.attend(event)

    response = send(ada, "GET", event, If_None_Match=etag)

    assert response.status_code == 200
    assert response.json()["attendees_count"] == 1
    assert response.headers["ETag"] != etag
    assert send(ada, "GET", event, If_None_Match=response.headers["ETag"]).status_code == 304


def test_two_edits_at_the_same_instant_have_different_versions(ada, event):
    now = datetime.now(UTC) + timedelta(seconds=1)
    with time_machine.travel(now, tick=False):
        first = ada.patch(event, title="Coffee").headers["ETag"]
        ada.patch(event, title="Cocoa")

        assert send(ada, "PATCH", event, {"title": "Tea"}, If_Match=first).status_code == 412


def test_one_of_50_concurrent_profile_changes_succeeds(ada):
    etag = etag_of(ada, PROFILE)

    responses = run_concurrently(
        *(
            partial(send, ada, "PATCH", PROFILE, {"notify_reminder": False}, If_Match=etag)
            for _ in range(50)
        )
    )

    assert sorted(response.status_code for response in responses) == [200] + [412] * 49


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"enabled": False}), ("DELETE", None)])
def test_changes_of_a_webhook_honour_if_match(ada, webhook, method, body):
    etag = etag_of(ada, webhook)
    changed = ada.patch(webhook, description="Door list").headers["ETag"]

    stale = send(ada, method, webhook, body, If_Match=etag)

    assert is_problem(stale, 412, "precondition_failed")
    assert etag_of(ada, webhook) == changed != etag
    assert send(ada, method, webhook, body, If_Match=changed).is_success


def test_deleting_an_account_honours_if_match(ada):
    etag = etag_of(ada, PROFILE)
    ada.change_email("ada@example.org")
    body = {"password": PASSWORD}

    assert send(ada, "DELETE", PROFILE, body, If_Match=etag).status_code == 412
    assert ada.is_logged_in()
    assert send(ada, "DELETE", PROFILE, body, If_Match=etag_of(ada, PROFILE)).status_code == 204
