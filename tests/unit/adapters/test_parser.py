"""Query strings are parsed strictly, whatever bytes they contain."""

import pytest
from marshmallow import Schema, fields
from werkzeug.exceptions import BadRequest

from adapters.http.problems.handlers import InvalidRequest
from adapters.http.requests.parser import load_query


class TeaQuery(Schema):
    kind = fields.String(load_default="green")
    cups = fields.Integer()


TEA = TeaQuery()


@pytest.mark.parametrize(
    ("query_string", "loaded"),
    [
        (b"", {"kind": "green"}),
        (b"&&", {"kind": "green"}),
        (b"kind=", {"kind": ""}),
        (b"kind=a+b%20c%26d&cups=2", {"kind": "a b c&d", "cups": 2}),
        ("kind=\N{HOT BEVERAGE}".encode(), {"kind": "\N{HOT BEVERAGE}"}),
        (b"&".join([b"kind=a", *[b""] * 99]), {"kind": "a"}),
    ],
)
def test_a_valid_query_is_loaded(query_string, loaded):
    assert load_query(TEA, query_string) == loaded


@pytest.mark.parametrize(
    ("query_string", "errors"),
    [
        (b"cups=many", {"cups": ["Not a valid integer."]}),
        (b"cups=1&kind=a&cups=1", {"cups": ["Given more than once."]}),
        (
            b"sugar=1&kind=a&milk",
            {name: ["Unknown query parameter."] for name in ("sugar", "milk")},
        ),
        (
            b"milk=1&cups=many&kind=a&kind=b",
            {
                "milk": ["Unknown query parameter."],
                "cups": ["Not a valid integer."],
                "kind": ["Given more than once."],
            },
        ),
        (b"x" * 200, {"x" * 100: ["Unknown query parameter."]}),
        (b"=1", {"": ["Unknown query parameter."]}),
    ],
)
def test_an_invalid_query_is_rejected_each_time(query_string, errors):
    for _ in range(2):
        with pytest.raises(InvalidRequest) as exc_info:
            load_query(TEA, query_string)
        assert exc_info.value.errors == errors


def test_only_the_first_errors_are_reported():
    names = [f"n{number}" for number in range(100)]

    with pytest.raises(InvalidRequest) as exc_info:
        load_query(TEA, "&".join(names).encode())
    assert list(exc_info.value.errors) == names[:20]


@pytest.mark.parametrize(
    "query_string",
    [
        b"kind=caf\xe9",
        b"kind=caf%E9",
        b"caf%e9=1",
        b"caf\xe9=1",
        b"kind=%ED%A0%80",
        b"kind=%C3",
        "kind=caf\xe9".encode("utf-16"),
        b"&".join([b"kind=a"] * 101),
        b"&" * 100,
    ],
    ids=lambda query_string: repr(query_string[:20]),
)
def test_a_query_that_is_too_long_or_not_utf_8_is_malformed(query_string):
    for _ in range(2):
        with pytest.raises(BadRequest):
            load_query(TEA, query_string)
