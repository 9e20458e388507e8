"""Whatever is asked, nobody is shown another person's email address."""

from itertools import product

import pytest

from tests.e2e.client import an_event_body
from tests.e2e.openapi.test_document import operations

EMAIL = "secret.address@example.org"
MEDIA_TYPES = ("application/json", "text/csv", "text/calendar", "*/*")


@pytest.fixture
def ada(visitor):
    member = visitor.joins("ada")
    assert member.patch("/v1/profile/", email=EMAIL).json()["email"] == EMAIL
    return member


def path_of(person, ada):
    """How to name the things of a path: events of the person's and of Ada's, each attends both."""
    mine, hers = person.published(), ada.published()
    for event in (mine, hers):
        ada.attend(event)
        person.attend(event)
    feeds = [each.post("/v1/profile/calendar/").json()["url"] for each in (person, ada)]
    things = {
        "event_id": [event.rstrip("/").rpartition("/")[2] for event in (mine, hers)],
        "session_id": [each.sessions()[0]["id"] for each in (person, ada)],
        "secret": [url.rpartition("/")[2].removesuffix(".ics") for url in feeds],
    }
    return lambda path: _filled(path, things)


def _filled(path, things):
    for name, values in things.items():
        if f"{{{name}}}" in path:
            return [path.replace(f"{{{name}}}", value) for value in values]
    return [path]


def bodies_of(operation, ada):
    """One that is wrong, the example, and one that names the other person where a name stands."""
    if "requestBody" not in operation:
        return [None]
    [media, *_] = operation["requestBody"]["content"].values()
    example = media["example"]
    if "title" in example:
        example = an_event_body()
    return [{}, example, example | {"username": ada.username} if "username" in example else example]


def answers(visitor, ada, path, method, operation):
    person = visitor.joins("grace")
    for place in path_of(person, ada)(path):
        for body, media_type in product(bodies_of(operation, ada), MEDIA_TYPES):
            yield person.http.request(method, place, json=body, headers={"Accept": media_type})


def test_no_answer_to_another_person_has_it(visitor, document, ada):
    seen = set()
    for path, method, operation in operations(document):
        for answer in answers(visitor, ada, path, method, operation):
            assert EMAIL not in answer.text, f"{method} {path}"
            assert EMAIL not in str(answer.headers), f"{method} {path}"
            assert answer.status_code < 500
            if answer.is_success:
                seen.add((method, path))

    # All can be met with success but what would need another's password or token.
    missed = {(method, path) for path, method, _ in operations(document)} - seen
    assert missed <= {
        ("delete", "/v1/profile/"),
        ("post", "/v1/profile/password/"),
        ("post", "/v1/profile/token/refresh/"),
        ("post", "/v1/profile/token/verify/"),
    }
    assert ada.get("/v1/profile/").json()["email"] == EMAIL
