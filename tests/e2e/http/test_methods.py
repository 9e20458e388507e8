"""HEAD and OPTIONS, which every path knows."""

import pytest

EVENT = "/v1/events/01997a60-5a80-7000-8000-000000000002/"
READABLE = ["/v1/profile/", "/v1/profile/sessions/", "/v1/events/", "/v1/events/?limit=1&offset=1"]
OPEN = ["/api/schema/", "/api/schema/swagger-ui/", "/api/schema/swagger-ui/swagger-ui.css", "/"]


@pytest.fixture
def visitor(visitor):
    visitor.http.headers["X-Request-ID"] = "the-same"
    return visitor


@pytest.fixture
def ada(ada):
    ada.http.headers["X-Request-ID"] = "the-same"
    return ada


def but_the_clock(headers):
    return {name: value for name, value in headers.items() if name not in ("date", "connection")}


def is_head_of(head, get):
    assert head.status_code == get.status_code
    assert but_the_clock(head.headers) == but_the_clock(get.headers)
    assert int(head.headers["Content-Length"]) > 0
    assert head.content == b""
    return True


@pytest.mark.parametrize("accept_encoding", ["identity", "gzip"])
def test_head_answers_as_get_without_the_body(ada, accept_encoding):
    event = ada.published(description="x" * 3000)
    ada.published()
    ada.http.headers["Accept-Encoding"] = accept_encoding

    for path in (*READABLE, event, f"{event}attendees/"):
        assert is_head_of(ada.http.head(path), ada.get(path)), path


@pytest.mark.parametrize("path", OPEN)
def test_head_knows_the_document_too(visitor, path):
    assert is_head_of(visitor.http.head(path), visitor.get(path))


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v1/events/?limit=0", 422), (EVENT, 404), ("/nowhere/", 404), ("/v1/profile/token/", 405)],
)
def test_head_is_refused_as_get_is(ada, path, status):
    assert is_head_of(ada.http.head(path), ada.get(path))
    assert ada.http.head(path).status_code == status


def test_head_needs_a_token_as_get_does(visitor):
    assert is_head_of(visitor.http.head("/v1/events/"), visitor.get("/v1/events/"))


def test_options_tells_strangers_the_methods_of_every_path(visitor, document):
    for path, operations in document.document["paths"].items():
        some_path = path.replace("{event_id}", EVENT[11:-1]).replace("{session_id}", EVENT[11:-1])
        for url in (some_path, some_path.rstrip("/")):
            response = visitor.http.options(url)

            methods = {method.upper() for method in operations if method != "parameters"}
            assert response.status_code == 204
            assert set(response.headers["Allow"].split(", ")) == (
                methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
            )
            assert response.content == b""
            assert "Content-Type" not in response.headers


@pytest.mark.parametrize("path", OPEN)
def test_options_knows_the_document_too(visitor, path):
    response = visitor.http.options(path)

    assert response.status_code == 204
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_options_is_a_404_where_there_is_nothing(visitor):
    assert visitor.http.options("/nowhere/").status_code == 404
    assert visitor.http.options("/v1/events/7/").status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "FOO"])
def test_other_methods_are_a_405_with_allow_for_strangers_too(visitor, method):
    response = visitor.http.request(method, "/v1/events/")

    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
