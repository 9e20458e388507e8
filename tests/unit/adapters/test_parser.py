"""Query strings are parsed strictly, whatever bytes they contain."""

import pytest
from marshmallow import Schema, fields

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
        (b"kind=\xff", {"kind": "\ufffd"}),
        (b"kind=%FF", {"kind": "\ufffd"}),
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
        (b"\xff=1", {"\ufffd": ["Unknown query parameter."]}),
        (b"=1", {"": ["Unknown query parameter."]}),
    ],
)
def test_an_invalid_query_is_rejected_each_time(query_string, errors):
    for _ in range(2):
        with pytest.raises(InvalidRequest) as exc_info:
            load_query(TEA, query_string)
        assert exc_info.value.errors == errors
