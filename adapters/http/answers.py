"""Answers as JSON, in the shape that their schema declares.

marshmallow looks up every field again for every value that it dumps. Here each schema becomes one
expression, made once, as dataclasses make their methods; a test holds both against each other.
"""

from collections.abc import Callable
from typing import Any

import orjson
from marshmallow import Schema, fields

from adapters.http.fields import Instant

JSON_TYPE = "application/json"
# What orjson writes as these do: text, numbers, ids, enums by value, and instants that are in UTC.
PLAIN = (fields.String, fields.Integer, fields.Boolean, fields.UUID, fields.Enum, Instant)


def json_writer(schema: Schema) -> Callable[[Any], bytes]:
    """What writes an object as the JSON of the schema. Its instants must be in UTC."""
    dumps: dict[str, Callable[..., Any]] = {}
    expression = _object(schema, "result", dumps)
    # Made of the names in the schema alone: no text from a request comes near it.
    as_dict: Callable[[Any], Any] = eval(f"lambda result: {expression}", dumps)  # noqa: S307
    return lambda result: orjson.dumps(as_dict(result), option=orjson.OPT_UTC_Z)


def _object(schema: Schema, source: str, dumps: dict[str, Callable[..., Any]]) -> str:
    """The dictionary that the schema makes of the object named `source`, as Python."""
    members = (
        f"{name!r}: {_value(field, f'{source}.{field.attribute or name}', dumps)}"
        for name, field in schema.dump_fields.items()
    )
    return f"{{{', '.join(members)}}}"


def _value(field: fields.Field[Any], source: str, dumps: dict[str, Callable[..., Any]]) -> str:
    if type(field) in PLAIN:
        return source
    if isinstance(field, fields.Nested):
        return _object(field.schema, source, dumps)
    if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
        return f"[{_object(field.inner.schema, 'each', dumps)} for each in {source}]"
    # A field of our own: the expression calls it, by a name in its globals.
    name = f"dump_{len(dumps)}"
    dumps[name] = field._serialize
    return f"{name}({source}, None, None)"
