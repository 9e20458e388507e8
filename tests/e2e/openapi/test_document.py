import json
import re

import pytest
from werkzeug.routing import Rule

from adapters.http.problems.catalog import errors_page
from entrypoints.cli.openapi import as_text, openapi_text
from tests.e2e.conformance import problems_of

EVENT = "/v1/events/01997a60-5a80-7000-8000-000000000002/"
WEBHOOK = "/v1/webhooks/01997a62-2f80-7000-8000-000000000004/"
PUBLIC = [
    ("POST", "/v1/profile/signup/"),
    ("POST", "/v1/profile/token/"),
    ("POST", "/v1/profile/token/refresh/"),
    ("POST", "/v1/profile/token/verify/"),
    ("POST", "/v1/profile/token/revoke/"),
    ("POST", "/v1/profile/email/verify/"),
    ("POST", "/v1/profile/password/reset/"),
    ("POST", "/v1/profile/password/reset/confirm/"),
    ("GET", f"/v1/calendars/{'x' * 43}.ics"),
    ("GET", "/healthz/"),
    ("GET", "/readyz/"),
]
PROTECTED = [
    ("GET", "/v1/profile/"),
    ("PATCH", "/v1/profile/"),
    ("DELETE", "/v1/profile/"),
    ("POST", "/v1/profile/password/"),
    ("GET", "/v1/profile/sessions/"),
    ("DELETE", "/v1/profile/sessions/01997a5e-7c00-7000-8000-000000000003/"),
    ("POST", "/v1/profile/token/revoke-all/"),
    ("GET", "/v1/events/"),
    ("POST", "/v1/events/"),
    ("GET", EVENT),
    ("PUT", EVENT),
    ("PATCH", EVENT),
    ("DELETE", EVENT),
    ("POST", f"{EVENT}publish/"),
    ("POST", f"{EVENT}call-off/"),
    ("POST", f"{EVENT}attend/"),
    ("POST", f"{EVENT}cancel/"),
    ("GET", f"{EVENT}attendees/"),
    ("DELETE", f"{EVENT}attendees/01997a5e-7c00-7000-8000-000000000001/"),
    ("POST", f"{EVENT}waitlist/"),
    ("DELETE", f"{EVENT}waitlist/"),
    ("GET", f"{EVENT}waitlist/"),
    ("GET", f"{EVENT}calendar.ics"),
    ("GET", "/v1/profile/calendar/"),
    ("POST", "/v1/profile/calendar/"),
    ("DELETE", "/v1/profile/calendar/"),
    ("GET", "/v1/webhooks/"),
    ("POST", "/v1/webhooks/"),
    ("GET", WEBHOOK),
    ("PATCH", WEBHOOK),
    ("DELETE", WEBHOOK),
    ("POST", f"{WEBHOOK}rotate-secret/"),
    ("POST", f"{WEBHOOK}test/"),
    ("GET", f"{WEBHOOK}deliveries/"),
    ("POST", f"{WEBHOOK}deliveries/01997a63-1a00-7000-8000-000000000005/retry/"),
]
LIMITED = {
    ("POST", "/v1/profile/signup/"),
    ("POST", "/v1/profile/token/"),
    ("POST", "/v1/profile/token/refresh/"),
    ("POST", "/v1/profile/password/"),
    ("POST", "/v1/profile/email/verify/"),
    ("POST", "/v1/profile/password/reset/"),
    ("POST", "/v1/profile/password/reset/confirm/"),
    ("PATCH", "/v1/profile/"),
    ("DELETE", "/v1/profile/"),
    ("POST", "/v1/webhooks/{webhook_id}/test/"),
    ("POST", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry/"),
    ("POST", "/v1/events/"),
    ("PUT", "/v1/events/{event_id}/"),
    ("PATCH", "/v1/events/{event_id}/"),
    ("DELETE", "/v1/events/{event_id}/"),
    ("POST", "/v1/events/{event_id}/publish/"),
    ("POST", "/v1/events/{event_id}/call-off/"),
    ("DELETE", "/v1/events/{event_id}/attendees/{user_id}/"),
    ("GET", "/v1/calendars/{secret}.ics"),
}


def operations(document):
    for path, methods in document.spec["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield path, method, operation


def test_openapi_json_is_up_to_date(document, root):
    committed = (root / "openapi.json").read_text(encoding="utf-8")

    assert as_text(document.spec) == committed, "openapi.json is out of date: run make openapi"


def test_the_page_of_errors_is_up_to_date(root):
    page = (root / "docs" / "errors.md").read_text(encoding="utf-8")

    assert errors_page() == page, "docs/errors.md is out of date: run make openapi"


def test_the_document_is_the_same_without_settings(document):
    assert openapi_text() == as_text(document.spec)


def test_the_document_names_no_host(document):
    assert [server["url"] for server in document.spec["servers"]] == ["/"]


def test_the_document_is_valid(document):
    from openapi_spec_validator import OpenAPIV31SpecValidator  # takes a second

    OpenAPIV31SpecValidator(document.spec).validate()


def documented_path(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def test_every_route_is_documented(app, document):
    routes = {
        (documented_path(rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/v1") or rule.endpoint.startswith("health.")
    }

    assert routes == {(path, method) for path, method, _ in operations(document)}


def test_the_operations_are_the_expected_ones(document):
    assert {(method.upper(), path) for path, method, _ in operations(document)} == {
        (method, document.path_of(path)) for method, path in PUBLIC + PROTECTED
    }


def test_every_operation_is_described(document):
    for path, method, operation in operations(document):
        operation_name = f"{method} {path}"
        for part in ("summary", "description", "operationId", "tags"):
            assert operation[part], f"{operation_name} has no {part}"


def test_rate_limited_operations_document_429(document):
    limited = {
        (method.upper(), path)
        for path, method, operation in operations(document)
        if "429" in operation["responses"]
    }

    assert limited == LIMITED


def test_429_documents_the_limits_and_all_codes(document):
    login, publish, feed = (
        document.spec["paths"][path][method]["responses"]["429"]
        for path, method in (
            ("/v1/profile/token/", "post"),
            ("/v1/events/", "post"),
            ("/v1/calendars/{secret}.ics", "get"),
        )
    )

    assert "60 per minute by address; 10 per minute by account and address." in login["description"]
    assert problems_of(login).keys() == {"too_many_requests", "too_many_wrong_passwords"}
    assert "60 per minute and 1000 per day by account." in publish["description"]
    assert "1200 per hour by address, failures only; 120 per hour by feed." in feed["description"]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("401", {"WWW-Authenticate"}),
        ("429", {"Retry-After"}),
        ("503", {"Retry-After"}),
    ],
)
def test_headers_that_a_status_always_has_are_required(document, status, headers):
    for path, method, operation in operations(document):
        _, response = document.resolve("", operation["responses"].get(status, {}))
        declared = response.get("headers", {})
        promised = {name for name, header in declared.items() if header["required"]}
        assert status not in operation["responses"] or promised >= headers, f"{method} {path}"


def test_the_location_of_a_new_event_is_required(document):
    created = document.spec["paths"]["/v1/events/"]["post"]["responses"]["201"]

    assert created["headers"]["Location"]["required"]


def test_every_operation_refers_to_the_errors_of_all(document):
    for path, method, operation in operations(document):
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Error"}, (
            f"{method} {path}"
        )
    shared = problems_of(document.spec["components"]["responses"]["Error"])
    assert {problem["status"] for problem in shared.values()} == {
        *(400, 401, 404, 406, 413, 415, 422, 500, 503)
    }


def test_operations_that_can_return_412_or_304_document_the_headers(document):
    for path, method, operation in operations(document):
        headers = {
            each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"
        }
        responses = operation["responses"]
        assert ("412" in responses) == ("If-Match" in headers), f"{method} {path}"
        assert ("304" in responses) == ("If-None-Match" in headers), f"{method} {path}"


def test_examples_of_login_errors_have_the_members_of_oauth_2(document):
    responses = document.spec["paths"]["/v1/profile/token/"]["post"]["responses"]
    examples = [problems_of(responses[status]) for status in ("401", "422")]

    assert examples[0]["invalid_credentials"]["error"] == "invalid_grant"
    assert examples[1]["validation_failed"]["error"] == "invalid_request"
    for problem in (*examples[0].values(), *examples[1].values()):
        assert problem["error_description"] == problem["detail"]


def test_patches_accept_two_media_types(document):
    patches = [each for _, method, each in operations(document) if method == "patch"]

    assert len(patches) == 3
    for operation in patches:
        content = operation["requestBody"]["content"]
        assert list(content) == ["application/json", "application/merge-patch+json"]
        assert content["application/json"] == content["application/merge-patch+json"]


def test_tags_and_operations_are_in_the_order_of_a_users_journey(document):
    tags = [tag["name"] for tag in document.spec["tags"]]

    assert tags == [
        *("Accounts", "Sessions", "Events", "Attendance", "Calendars", "Webhooks", "Operations")
    ]
    first = {}
    for _, _, operation in operations(document):
        [tag] = operation["tags"]
        first.setdefault(tag, operation["operationId"])
    assert [first[tag] for tag in tags] == [
        "createAccount",
        "createToken",
        "listEvents",
        "attendEvent",
        "getEventCalendar",
        "listWebhooks",
        "getHealth",
    ]


def test_every_schema_is_used(document):
    text = json.dumps(document.spec)

    for name in document.spec["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text, f"{name} is unused"


def test_only_public_operations_need_no_token(document):
    public = {(method, document.path_of(path)) for method, path in PUBLIC}
    for path, method, operation in operations(document):
        is_public = (method.upper(), path) in public
        assert operation["security"] == ([] if is_public else [{"bearer": []}, {"login": []}])


@pytest.mark.parametrize("path", ["/api/schema/swagger-ui/", "/api/schema/swagger-ui"])
def test_swagger_ui_loads_only_local_assets(visitor, path):
    page = visitor.get(path)

    assert page.status_code == 200
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(assets) > 4
    for asset in assets:
        assert asset.startswith("/api/schema/swagger-ui/")
        assert visitor.get(asset).status_code == 200


@pytest.mark.parametrize("path", ["/api/schema/", "/api/schema"])
def test_the_document_is_served_as_json(visitor, path):
    response = visitor.get(path)

    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["info"]["title"] == "Turnout"


def test_the_root_redirects_to_swagger_ui(visitor):
    assert visitor.get("/").headers["Location"] == "/api/schema/swagger-ui/"
