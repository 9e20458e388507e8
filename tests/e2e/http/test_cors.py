"""Cross-origin requests are allowed for the origins in CORS_ORIGINS."""

from contextlib import ExitStack
from functools import cache

import pytest
from dependency_injector import providers

from tests.applications import a_container
from tests.e2e.client import PASSWORD

APP = "https://app.example.org"
IPV6 = "http://[::1]:8080"
EVENTS = "/v1/events/"
ADA = {"username": "ada", "password": PASSWORD}
LOG_IN = "/v1/profile/token/"
ALLOW_ORIGIN = "Access-Control-Allow-Origin"


class Broken:
    def rows(self, *_):
        raise ZeroDivisionError


@pytest.fixture(scope="module")
def client_of(database):
    """Makes test clients of applications that allow these origins; cached for the module."""
    with ExitStack() as apps:

        @cache
        def app(*origins):
            return apps.enter_context(a_container(database, cors_origins=origins)).app()

        yield lambda *origins: app(*origins).test_client()


@pytest.fixture
def client(database, empty_database):
    """A test client with an allowed origin and unused rate limits."""
    with a_container(database, cors_origins=(APP,)) as container:
        client = container.app().test_client()
        client.environ_base["HTTP_ORIGIN"] = APP
        yield client


def preflight(client, path, method, headers="", origin=APP):
    return client.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        },
    )


def header_values(response, header):
    return set(response.headers.get(header, "").lower().split(", "))


def has_cors_headers(response):
    return any(name.startswith("Access-Control-") for name, _ in response.headers)


def vary(response):
    return {name for line in response.headers.getlist("Vary") for name in line.split(", ")}


def test_cors_is_off_by_default(client_of):
    client = client_of()

    for response in (
        client.get("/api/schema/", headers={"Origin": APP}),
        client.get(EVENTS, headers={"Origin": APP}),
        preflight(client, EVENTS, "GET"),
    ):
        assert not has_cors_headers(response)
        assert "Origin" not in vary(response)


@pytest.mark.parametrize("origin", [APP, IPV6])
def test_an_allowed_origin_may_read_responses(client_of, origin):
    response = client_of(APP, IPV6).get("/api/schema/", headers={"Origin": origin})

    assert response.headers.getlist(ALLOW_ORIGIN) == [origin]
    assert vary(response) == {"Origin"}
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example.org.evil.example",
        "https://appXexample.org",
        "https://evil.example/https://app.example.org",
        "http://app.example.org",
        "https://app.example.org:8443",
        "HTTPS://APP.EXAMPLE.ORG",
        "http://1:8080",  # would match IPV6 as a regular expression
        "null",
        "*",
        "",
        None,
    ],
)
@pytest.mark.parametrize("origins", [(APP,), (APP, IPV6)], ids=["one", "two"])
def test_other_origins_get_no_cors_headers_and_responses_vary_by_origin(client_of, origins, origin):
    headers = {} if origin is None else {"Origin": origin}

    response = client_of(*origins).get("/api/schema/", headers=headers)

    assert response.status_code == 200
    assert not has_cors_headers(response)
    assert vary(response) == {"Origin"}


@pytest.mark.parametrize("headers", [{}, {"Origin": APP}, {"Origin": "null"}])
def test_the_wildcard_allows_every_origin_without_vary(client_of, headers):
    response = client_of("*").get("/api/schema/", headers=headers)

    assert response.headers.getlist(ALLOW_ORIGIN) == ["*"]
    assert vary(response) == set()
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("origins", [(APP,), ("*",)], ids=["named", "any"])
def test_a_preflight_needs_no_token_and_allows_methods_and_headers(client_of, origins, method):
    requested = (
        "authorization, content-type, if-match, if-none-match, idempotency-key, traceparent, "
        "tracestate, x-other"
    )

    response = preflight(client_of(*origins), EVENTS, method, requested)

    assert response.status_code == 204
    assert response.headers[ALLOW_ORIGIN] == origins[0]
    assert method.lower() in header_values(response, "Access-Control-Allow-Methods")
    assert header_values(response, "Access-Control-Allow-Headers") == set(requested.split(", ")) - {
        "x-other"
    }
    assert response.headers["Access-Control-Max-Age"] == "600"
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert response.headers["Allow"]
    assert response.data == b""


def test_a_preflight_from_another_origin_allows_nothing(client_of):
    response = preflight(
        client_of(APP), EVENTS, "POST", "authorization", origin="https://x.example"
    )

    assert not has_cors_headers(response)


def test_errors_have_cors_headers(client, database):
    responses = [
        client.get(EVENTS),
        client.get("/nowhere/"),
        client.put(EVENTS),
        client.post(LOG_IN, json={}),
        client.post(LOG_IN, data="x", content_type="text/plain"),
        client.get("/api/schema/", headers={"Host": "a b"}),
        *(client.post(LOG_IN, json=ADA) for _ in range(11)),
    ]
    with a_container(database, cors_origins=(APP,)) as container:
        container.reader.override(providers.Object(Broken()))
        failing = container.app().test_client()
        responses.append(failing.post(LOG_IN, json=ADA, headers={"Origin": APP}))

    assert {401, 404, 405, 422, 415, 400, 500, 429} == {
        response.status_code for response in responses
    }
    for response in responses:
        assert response.headers.getlist(ALLOW_ORIGIN) == [APP], response.status
        assert vary(response) == {"Origin"}


def test_useful_response_headers_are_exposed(client):
    unauthorized = client.get(EVENTS)
    for _ in range(11):
        limited = client.post(LOG_IN, json=ADA)

    exposed = header_values(unauthorized, "Access-Control-Expose-Headers")
    assert exposed == {
        "etag",
        "link",
        "location",
        "retry-after",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "www-authenticate",
        "x-request-id",
    }
    assert "WWW-Authenticate" in unauthorized.headers
    assert {name.lower() for name, _ in limited.headers} >= {
        "retry-after",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
    }


def test_a_list_varies_by_origin_and_encoding(client):
    client.post("/v1/profile/signup/", json=ADA)
    token = client.post(LOG_IN, json=ADA).json["access_token"]

    response = client.get(EVENTS, headers={"Authorization": f"Bearer {token}"})

    assert response.headers[ALLOW_ORIGIN] == APP
    assert vary(response) == {"Accept-Encoding", "Origin"}
