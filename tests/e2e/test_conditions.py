"""Conditional requests (RFC 9110 section 13)."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine

from tests.e2e.client import PASSWORD, an_event_body
from tests.e2e.problems import is_problem
from tests.e2e.together import at_once

PROFILE = "/v1/profile/"
STALE = '"0123456789abcdef0123456789abcdef"'


def tag_of(person, path):
    response = person.get(path)
    assert response.status_code == 200
    return response.headers["ETag"]


def change(person, method, path, body=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return person.http.request(method, path, json=body, headers=named)


@pytest.fixture
def event(ada):
    return ada.published(capacity=5)


@pytest.fixture(params=["event", "profile"])
def path(request):
    return PROFILE if request.param == "profile" else request.getfixturevalue("event")


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_the_client_has_is_not_sent_again(ada, path, method, form):
    tag = tag_of(ada, path)

    response = change(ada, method, path, If_None_Match=form.format(tag))

    assert response.status_code == 304
    assert response.headers["ETag"] == tag
    assert response.headers["Cache-Control"] in ("private, no-cache", "no-store")
    assert response.content == b""
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize("known", [STALE, "", "\xe9", '"', "W/"])
def test_what_the_client_has_not_is_sent(ada, path, known):
    response = change(ada, "GET", path, If_None_Match=known.encode("latin-1"))

    assert response.status_code == 200
    assert response.json()


def test_a_tag_names_all_that_is_shown_and_to_whom(ada, grace, event):
    seen = [tag_of(ada, event), tag_of(grace, event)]
    grace.attend(event)
    seen += [tag_of(ada, event), tag_of(grace, event)]
    ada.patch(event, title="Coffee")
    seen.append(tag_of(ada, event))
    ada.http.patch(PROFILE, json={"username": f"{ada.username}-2"})
    seen.append(tag_of(ada, event))
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=24, minutes=30), tick=False):
        ada.username += "-2"
        later = ada.joins_again(ada)
        seen.append(tag_of(later, event))

    # Before anyone attends both are shown the same.
    assert seen[0] == seen[1]
    assert len(set(seen)) == len(seen) - 1


def test_publishing_and_changing_tell_the_tag_that_a_look_would(ada):
    published = ada.publish()
    event = published.headers["Location"]
    assert published.headers["ETag"] == tag_of(ada, event)

    patched = ada.patch(event, title="Coffee")
    assert patched.headers["ETag"] == tag_of(ada, event)
    put = ada.put(event, **an_event_body())
    assert put.headers["ETag"] == tag_of(ada, event)

    patched = ada.http.patch(PROFILE, json={"email": "ada@example.org"})
    assert patched.headers["ETag"] == tag_of(ada, PROFILE)


CHANGES = [
    ("PUT", an_event_body(title="New")),
    ("PATCH", {"title": "New"}),
    ("DELETE", None),
]


@pytest.mark.parametrize(("method", "body"), CHANGES)
@pytest.mark.parametrize("form", ["{}", f"{STALE}, {{}}", "*", f"{{}},{STALE}"])
def test_a_change_of_what_the_client_knows_is_made(ada, event, method, body, form):
    response = change(ada, method, event, body, If_Match=form.format(tag_of(ada, event)))

    assert response.is_success


@pytest.mark.parametrize(("method", "body"), CHANGES)
@pytest.mark.parametrize("form", [STALE, "W/{}", "", '""', "a", f"{STALE}, W/{{}}"])
def test_a_change_of_something_else_is_not(ada, event, method, body, form):
    before = ada.get(event)

    response = change(ada, method, event, body, If_Match=form.format(before.headers["ETag"]))

    assert is_problem(response, 412, "precondition_failed")
    assert ada.get(event).json() == before.json()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_look_can_require_a_tag(ada, path, method):
    assert change(ada, method, path, If_Match=tag_of(ada, path)).status_code == 200
    for other in (STALE, f"W/{tag_of(ada, path)}"):
        assert change(ada, method, path, If_Match=other).status_code == 412


@pytest.mark.parametrize("form", ["{}", "*", "W/{}"])
def test_a_change_can_require_that_a_tag_is_gone(ada, event, form):
    old = tag_of(ada, event)
    body = {"title": "New"}

    refused = change(ada, "PATCH", event, body, If_None_Match=form.format(old))

    assert is_problem(refused, 412, "precondition_failed")
    assert change(ada, "PATCH", event, body, If_None_Match=STALE).status_code == 200


def test_what_would_be_refused_anyway_is_refused_for_its_own_reason(ada, grace, event):
    stale = partial(change, If_Match=STALE)
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
    wrong = {"password": "not this one"}
    assert is_problem(stale(ada, "DELETE", PROFILE, wrong), 403, "wrong_password")


def test_of_50_changes_of_one_version_one_is_made(ada, event):
    tag = tag_of(ada, event)

    responses = at_once(
        *(partial(change, ada, "PATCH", event, {"title": f"T{n}"}, If_Match=tag) for n in range(50))
    )

    assert sorted(response.status_code for response in responses) == [200] + [412] * 49
    [made] = [response for response in responses if response.status_code == 200]
    assert ada.get(event).json() == made.json()


@pytest.mark.parametrize(("method", "body"), CHANGES)
def test_a_guest_does_not_make_the_organizers_change_fail(ada, grace, event, method, body):
    tag = tag_of(ada, event)
    grace.attend(event)

    assert change(ada, method, event, body, If_Match=tag).is_success


@pytest.mark.parametrize(("method", "body"), CHANGES)
def test_a_change_after_another_edit_is_not_made(ada, grace, event, method, body):
    tag = tag_of(ada, event)
    grace.attend(event)
    edited = ada.patch(event, title="Coffee")

    refused = change(ada, method, event, body, If_Match=tag)

    assert is_problem(refused, 412, "precondition_failed")
    assert ada.get(event).json() == edited.json()
    assert change(ada, method, event, body, If_Match=edited.headers["ETag"]).is_success


def test_a_cached_event_is_fetched_again_after_a_guest_attends(ada, grace, event):
    old = tag_of(ada, event)
    grace.attend(event)

    response = change(ada, "GET", event, If_None_Match=old)

    assert response.status_code == 200
    assert response.json()["attendees_count"] == 1
    assert response.headers["ETag"] != old
    assert change(ada, "GET", event, If_None_Match=response.headers["ETag"]).status_code == 304


def test_two_edits_at_the_same_instant_have_different_versions(ada, event):
    now = datetime.now(UTC) + timedelta(seconds=1)
    with time_machine.travel(now, tick=False):
        first = ada.patch(event, title="Coffee").headers["ETag"]
        ada.patch(event, title="Cocoa")

        assert change(ada, "PATCH", event, {"title": "Tea"}, If_Match=first).status_code == 412


def test_of_50_changes_of_one_profile_one_is_made(ada):
    tag = tag_of(ada, PROFILE)

    responses = at_once(
        *(
            partial(change, ada, "PATCH", PROFILE, {"email": f"a{n}@example.org"}, If_Match=tag)
            for n in range(50)
        )
    )

    assert sorted(response.status_code for response in responses) == [200] + [412] * 49


def test_an_account_is_deleted_as_it_is_known_or_not_at_all(ada):
    tag = tag_of(ada, PROFILE)
    ada.http.patch(PROFILE, json={"email": "ada@example.org"})
    body = {"password": PASSWORD}

    assert change(ada, "DELETE", PROFILE, body, If_Match=tag).status_code == 412
    assert ada.is_known()
    assert change(ada, "DELETE", PROFILE, body, If_Match=tag_of(ada, PROFILE)).status_code == 204
