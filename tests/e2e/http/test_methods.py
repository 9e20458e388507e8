"""HEAD, OPTIONS and unsupported methods."""

import re

import pytest

EVENT = "/v1/events/01997a60-5a80-7000-8000-000000000002/"
READABLE = ["/v1/profile/", "/v1/profile/sessions/", "/v1/events/", "/v1/events/?limit=1&offset=1"]
PUBLIC = ["/api/schema/", "/api/schema/swagger-ui/", "/api/schema/swagger-ui/swagger-ui.css", "/"]


@pytest.fixture
def visitor(visitor):
    visitor.http.headers["X-Request-ID"] = "the-same"
    return visitor


@pytest.fixture
def ada(ada):
    ada.http.headers["X-Request-ID"] = "the-same"
    return ada


def comparable(headers):
    return {name: value for name, value in headers.items() if name not in ("date", "connection")}


def is_head_of(head, get):
    assert head.status_code == get.status_code
    assert comparable(head.headers) == comparable(get.headers)
    assert int(head.headers["Content-Length"]) > 0
    assert head.content == b""
    return True


@pytest.mark.parametrize("accept_encoding", ["identity", "gzip"])
def test_head_returns_the_headers_of_get(ada, accept_encoding):
    event = ada.new_event(description="x" * 3000)
    ada.new_event()
    ada.http.headers["Accept-Encoding"] = accept_encoding

    for path in (*READABLE, event, f"{event}attendees/"):
        assert is_head_of(ada.http.head(path), ada.get(path)), path


@pytest.mark.parametrize("path", PUBLIC)
def test_head_works_for_the_document(visitor, path):
    assert is_head_of(visitor.http.head(path), visitor.get(path))


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v1/events/?limit=0", 422), (EVENT, 404), ("/nowhere/", 404), ("/v1/profile/token/", 405)],
)
def test_head_returns_the_errors_of_get(ada, path, status):
    assert is_head_of(ada.http.head(path), ada.get(path))
    assert ada.http.head(path).status_code == status


def test_head_needs_a_token(visitor):
    assert is_head_of(visitor.http.head("/v1/events/"), visitor.get("/v1/events/"))


def test_options_needs_no_token_and_lists_the_methods(visitor, document):
    for path, operations in document.spec["paths"].items():
        example_path = re.sub(r"{\w+_id}", EVENT[11:-1], path)
        for url in (example_path, example_path.rstrip("/")):
            response = visitor.http.options(url)

            methods = {method.upper() for method in operations if method != "parameters"}
            assert response.status_code == 204
            assert set(response.headers["Allow"].split(", ")) == (
                methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
            )
            assert response.content == b""
            assert "Content-Type" not in response.headers


@pytest.mark.parametrize("path", PUBLIC)
def test_options_works_for_the_document(visitor, path):
    response = visitor.http.options(path)

    assert response.status_code == 204
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_options_of_an_unknown_path_returns_404(visitor):
    assert visitor.http.options("/nowhere/").status_code == 404
    assert visitor.http.options("/v1/events/7/").status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "FOO"])
def test_unsupported_methods_return_405_with_allow(visitor, method):
    response = visitor.http.request(method, "/v1/events/")

    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
