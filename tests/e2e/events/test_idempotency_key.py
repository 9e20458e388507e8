"""Creating an event with the Idempotency-Key header."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest
import time_machine
from sqlalchemy import select, update

from adapters.http.responses.etag import etag_of
from adapters.http.responses.json import to_json
from adapters.postgres.schema.tables import idempotency_keys
from tests.concurrency import run_concurrently
from tests.e2e.client import an_event_body
from tests.e2e.problems import is_problem
from tests.upgrades import responses_0_3_0

KEY = '"0f6a1c1e-6a3e-4a52-9d6e-3f1d1f0f3c58"'


@pytest.fixture
def body():
    return an_event_body(description="Bring a cup.", capacity=3)


def create_event(person, body, key=KEY):
    return person.post("/v1/events/", body, headers={"Idempotency-Key": key})


def result(response):
    return response.status_code, response.headers["Location"], response.content


def test_a_repeated_request_creates_one_event_and_returns_the_same_response(ada, body):
    first = create_event(ada, body)
    repeated = create_event(ada, body)

    assert first.status_code == 201
    assert result(repeated) == result(first)
    assert repeated.headers["ETag"] == first.headers["ETag"]
    assert ada.event_titles() == ["Tea"]


@pytest.mark.parametrize("change", ["edited", "deleted", "started"])
def test_the_first_response_is_repeated_even_if_the_event_has_changed(ada, body, change):
    first = create_event(ada, body)
    event = first.headers["Location"]
    if change == "edited":
        assert ada.patch(event, title="Coffee").status_code == 200
    if change == "deleted":
        assert ada.delete(event).status_code == 204
    # Log in again: an access token lasts one hour.
    now = datetime.now(UTC) + timedelta(hours=24 if change == "started" else 0, seconds=-1)
    with time_machine.travel(now, tick=False):
        repeated = create_event(ada.log_in_again(ada), body)

    assert result(repeated) == result(first)


def stored_response(database):
    with database.connect() as connection:
        return connection.execute(select(idempotency_keys.c.answer)).scalar_one()


def store_response(database, response):
    with database.begin() as connection:
        connection.execute(update(idempotency_keys).values(answer=response))


def create_event_unchecked(ada, body):
    """Does not validate the response against this release's OpenAPI document."""
    headers = {"Idempotency-Key": KEY, "Authorization": ada.http.headers["Authorization"]}
    return httpx.post(ada.http.base_url.join("/v1/events/"), json=body, headers=headers)


def test_a_repeated_response_is_unchanged(ada, body, empty_database):
    """Even if it comes from a release with other fields."""
    create_event(ada, body)
    headers = {"Location": "/v2/events/7", "ETag": '"7"'}
    response = {"body": '{"website":"https://tea.example/"}', "status": 201, "headers": headers}
    store_response(empty_database, {"response": response})

    repeated = create_event_unchecked(ada, body)

    assert (repeated.status_code, repeated.text) == (201, response["body"])
    assert {name: repeated.headers[name] for name in headers} == headers
    assert repeated.headers["Content-Type"] == "application/json"


def test_a_response_that_the_previous_release_stored_is_repeated(ada, body, empty_database):
    body |= {"description": "Café ☕", "start_time": "2099-05-17T16:00:00.12Z"}
    body |= {"end_time": "2099-05-18T18:00:00+02:00"}
    first = create_event(ada, body)
    stored = responses_0_3_0.store(first.json())
    store_response(empty_database, stored)

    repeated = create_event_unchecked(ada, body)

    content = to_json(responses_0_3_0.repeat(stored))
    tag = etag_of(content, responses_0_3_0.repeat(stored))
    assert result(repeated) == (201, first.headers["Location"], content)
    assert repeated.headers["ETag"] == f'"{tag}"'


def test_the_previous_release_repeats_a_response_that_this_one_stored(ada, body, empty_database):
    first = create_event(ada, body)

    stored = stored_response(empty_database)
    repeated = to_json(responses_0_3_0.repeat(stored))

    assert stored.keys() - {"response"} == responses_0_3_0.store(first.json()).keys()
    assert json.loads(repeated).items() <= first.json().items()


def test_a_key_lasts_24_hours(ada):
    body = an_event_body(start_time="2099-01-01T00:00:00Z", end_time="2099-01-02T00:00:00Z")
    first = create_event(ada, body)
    expires_at = datetime.fromisoformat(first.json()["created_at"]) + timedelta(hours=24)

    with time_machine.travel(expires_at - timedelta(microseconds=1), tick=False):
        assert result(create_event(ada.log_in_again(ada), body)) == result(first)
    with time_machine.travel(expires_at, tick=False):
        repeated = create_event(ada.log_in_again(ada), body)
    assert repeated.status_code == 201
    assert repeated.json()["id"] != first.json()["id"]


def test_a_key_with_another_body_is_rejected(ada, body):
    create_event(ada, body)

    response = create_event(ada, body | {"title": "Coffee"})

    assert is_problem(response, 422, "idempotency_key_reused")
    assert response.json()["errors"].keys() == {"Idempotency-Key"}
    assert ada.event_titles() == ["Tea"]


def test_equivalent_json_is_the_same_body(ada, body):
    first = create_event(ada, body)
    reordered = json.dumps(dict(reversed(body.items())), indent=4)
    headers = {"Idempotency-Key": KEY, "Content-Type": "application/json"}

    assert result(ada.http.post("/v1/events/", content=reordered, headers=headers)) == result(first)


def test_quotes_are_not_part_of_the_key(ada, body):
    assert result(create_event(ada, body, KEY.strip('"'))) == result(create_event(ada, body))


def test_keys_belong_to_their_user(ada, grace, body):
    ids = {create_event(each, body).json()["id"] for each in (ada, grace)}
    ids |= {create_event(ada, body, key).json()["id"] for key in ('"another"', "x" * 255)}

    assert len(ids) == 4


def test_a_rejected_request_stores_no_key(ada, body):
    past = body | {"start_time": "2020-01-01T00:00:00Z"}

    assert create_event(ada, past).status_code == 422
    assert create_event(ada, body).status_code == 201


@pytest.mark.parametrize(
    "key", ["", '""', '"', '"a', "a b", "a,b", 'a"b', "\\", "x" * 256, "\xe9", "\x01"]
)
def test_a_malformed_key_is_rejected(ada, body, key):
    response = create_event(ada, body, key.encode("latin-1"))

    assert is_problem(response, 422, "validation_failed")
    assert response.json()["errors"].keys() == {"Idempotency-Key"}
    assert ada.event_titles() == []


def test_a_repeated_header_is_rejected(ada, body):
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]

    assert ada.post("/v1/events/", body, headers=headers).status_code == 422


def test_50_concurrent_requests_create_one_event(ada, body):
    responses = run_concurrently(*[partial(create_event, ada, body)] * 50)

    created = [response for response in responses if response.status_code == 201]
    assert len({result(response) for response in created}) == 1
    for response in responses:
        assert response in created or is_problem(response, 409, "idempotency_key_in_use")
    assert ada.event_titles() == ["Tea"]
    assert result(create_event(ada, body)) == result(created[0])
