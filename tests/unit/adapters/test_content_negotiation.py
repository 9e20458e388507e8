"""How Accept selects the media type of operations with several of them."""

import pytest
from flask import Response
from marshmallow import fields

from adapters.http.app import create_app
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.requests.fields import ResponseSchema
from adapters.http.responses.content_negotiation import media_type
from adapters.system import new_id

JSON, CSV, CALENDAR = "application/json", "text/csv", "text/calendar"


class TeaSchema(ResponseSchema):
    kind = fields.String()


def tea_blueprint():
    blueprint = Blueprint("tea", "Tea")

    @blueprint.operation("GET", "/tea/")
    @blueprint.response(
        200, TeaSchema, example={"kind": "green"}, other_types={CSV: "kind\r\ngreen\r\n"}
    )
    def get_tea():
        """Show the tea

        Green.
        """
        if media_type() == CSV:
            return Response("kind\r\ngreen\r\n", content_type=f"{CSV}; charset=utf-8")
        return {"kind": "green"}

    @blueprint.operation("GET", "/times/")
    @blueprint.response(200, other_types={CALENDAR: "BEGIN:VCALENDAR"})
    def get_times():
        """Show the times

        Five.
        """
        return Response("BEGIN:VCALENDAR", content_type=media_type())

    return blueprint


@pytest.fixture
def client():
    return create_app(
        request_hooks=(),
        new_id=new_id,
        blueprints=[tea_blueprint()],
        version="1",
        trusted_proxies=(),
        public_url=None,
        cors_origins=(),
    ).test_client()


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("APPLICATION/JSON", JSON),
        ("application/json; charset=UTF-8", JSON),
        ("text/html, */*;q=0.1", JSON),
        ("text/csv", CSV),
        ("text/*", CSV),
        ("text/csv; charset=utf-8", CSV),
        ("text/csv, application/json;q=0.9", CSV),
        ("text/csv;q=0.9, application/json", JSON),
        ("*/*, application/json;q=0", CSV),
        ("application/*;q=0, */*;q=0.1", CSV),
        ("text/html", None),
        ("text/calendar", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("application/json;version=2", JSON),
        ("json", None),
        ("*/json", None),
        # Unparsable values count as no Accept header.
        (",,", JSON),
        ("application/json;q=high", JSON),
        ('"', JSON),
    ],
)
def test_accept_selects_the_media_type(client, accept, expected):
    response = client.get("/tea/", headers={} if accept is None else {"Accept": accept})

    if expected is None:
        assert (response.status_code, response.json["code"]) == (406, "not_acceptable")
        assert "application/json or text/csv" in response.json["detail"]
        assert response.content_type == "application/problem+json"
    else:
        assert (response.status_code, response.mimetype) == (200, expected)
        assert response.headers["Vary"] == "Accept"
        assert response.headers["Cache-Control"] == "private, no-cache"


def test_an_operation_without_json_rejects_json(client):
    assert client.get("/times/", headers={"Accept": "application/json"}).status_code == 406
    assert client.get("/times/").content_type == "text/calendar"


def test_each_media_type_is_documented_with_an_example(client):
    paths = client.get("/api/schema/").json["paths"]

    content = paths["/tea/"]["get"]["responses"]["200"]["content"]
    assert content.keys() == {JSON, CSV}
    assert content[CSV] == {"schema": {"type": "string"}, "example": "kind\r\ngreen\r\n"}
    assert paths["/times/"]["get"]["responses"]["200"]["content"].keys() == {CALENDAR}
    shared = client.get("/api/schema/").json["components"]["responses"]["Error"]
    assert "not_acceptable" in shared["content"]["application/problem+json"]["examples"]
