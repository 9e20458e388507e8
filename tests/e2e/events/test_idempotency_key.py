"""Publishing that may be sent again: the Idempotency-Key header."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine

from tests.concurrency import run_concurrently
from tests.e2e.client import an_event_body
from tests.e2e.problems import is_problem

KEY = '"0f6a1c1e-6a3e-4a52-9d6e-3f1d1f0f3c58"'


@pytest.fixture
def body():
    return an_event_body(description="Bring a cup.", capacity=3)


def publish(person, body, key=KEY):
    return person.post("/v1/events/", body, headers={"Idempotency-Key": key})


def told(response):
    return response.status_code, response.headers["Location"], response.content


def test_the_same_request_is_done_once_and_answered_alike(ada, body):
    first = publish(ada, body)
    again = publish(ada, body)

    assert first.status_code == 201
    assert told(again) == told(first)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert ada.listed() == ["Tea"]


@pytest.mark.parametrize("act", ["edited", "deleted", "started"])
def test_the_first_answer_comes_again_whatever_became_of_the_event(ada, body, act):
    first = publish(ada, body)
    event = first.headers["Location"]
    if act == "edited":
        assert ada.patch(event, title="Coffee").status_code == 200
    if act == "deleted":
        assert ada.delete(event).status_code == 204
    # Without a session the token would be over by then: one hour is its life.
    travelled = datetime.now(UTC) + timedelta(hours=24 if act == "started" else 0, seconds=-1)
    with time_machine.travel(travelled, tick=False):
        again = publish(ada.joins_again(ada), body)

    assert told(again) == told(first)


def test_a_key_lasts_24_hours(ada):
    body = an_event_body(start_time="2099-01-01T00:00:00Z", end_time="2099-01-02T00:00:00Z")
    first = publish(ada, body)
    kept_until = datetime.fromisoformat(first.json()["created_at"]) + timedelta(hours=24)

    with time_machine.travel(kept_until - timedelta(microseconds=1), tick=False):
        assert told(publish(ada.joins_again(ada), body)) == told(first)
    with time_machine.travel(kept_until, tick=False):
        again = publish(ada.joins_again(ada), body)
    assert again.status_code == 201
    assert again.json()["id"] != first.json()["id"]


def test_another_body_is_refused(ada, body):
    publish(ada, body)

    response = publish(ada, body | {"title": "Coffee"})

    assert is_problem(response, 422, "idempotency_key_reused")
    assert response.json()["errors"].keys() == {"Idempotency-Key"}
    assert ada.listed() == ["Tea"]


def test_how_the_json_is_written_makes_no_other_body(ada, body):
    first = publish(ada, body)
    turned = json.dumps(dict(reversed(body.items())), indent=4)
    headers = {"Idempotency-Key": KEY, "Content-Type": "application/json"}

    assert told(ada.http.post("/v1/events/", content=turned, headers=headers)) == told(first)


def test_quotes_are_no_part_of_the_key(ada, body):
    assert told(publish(ada, body, KEY.strip('"'))) == told(publish(ada, body))


def test_a_key_is_one_persons_own_and_others_keys_are_others(ada, grace, body):
    ids = {publish(each, body).json()["id"] for each in (ada, grace)}
    ids |= {publish(ada, body, key).json()["id"] for key in ('"another"', "x" * 255)}

    assert len(ids) == 4


def test_a_refused_request_keeps_no_key(ada, body):
    past = body | {"start_time": "2020-01-01T00:00:00Z"}

    assert publish(ada, past).status_code == 422
    assert publish(ada, body).status_code == 201


@pytest.mark.parametrize(
    "key", ["", '""', '"', '"a', "a b", "a,b", 'a"b', "\\", "x" * 256, "\xe9", "\x01"]
)
def test_a_malformed_key_is_refused(ada, body, key):
    response = publish(ada, body, key.encode("latin-1"))

    assert is_problem(response, 422, "validation_failed")
    assert response.json()["errors"].keys() == {"Idempotency-Key"}
    assert ada.listed() == []


def test_a_key_sent_twice_is_refused(ada, body):
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]

    assert ada.post("/v1/events/", body, headers=headers).status_code == 422


def test_50_at_once_make_one_event(ada, body):
    responses = run_concurrently(*[partial(publish, ada, body)] * 50)

    made = [response for response in responses if response.status_code == 201]
    assert len({told(response) for response in made}) == 1
    for response in responses:
        assert response in made or is_problem(response, 409, "idempotency_key_in_use")
    assert ada.listed() == ["Tea"]
    assert told(publish(ada, body)) == told(made[0])
