"""The response checks fail for responses that do not match the document."""

import httpx
import pytest
from jsonschema_rs import ValidationError

from tests.e2e.conformance import Document

HEADERS = {
    "Location": {"required": True, "schema": {"type": "string", "format": "uri-reference"}},
    "Age": {"schema": {"type": "integer", "minimum": 0}},
}
DOCUMENT = Document({"paths": {"/things/": {"post": {"responses": {"204": {"headers": HEADERS}}}}}})


def check(**headers):
    request = httpx.Request("POST", "http://127.0.0.1/things/")
    DOCUMENT.check(httpx.Response(204, headers=headers, request=request))


def test_an_optional_header_may_be_missing():
    check(Location="/things/1/")
    check(Location="/things/1/", Age="10")


def test_a_required_header_must_be_present():
    with pytest.raises(AssertionError, match="Location is required"):
        check(Age="10")


@pytest.mark.parametrize("invalid", [{"Age": "-1"}, {"Age": "old"}, {"Location": "/things/ 1/"}])
def test_a_header_value_must_match_its_schema(invalid):
    with pytest.raises(ValidationError):
        check(**{"Location": "/things/1/"} | invalid)
