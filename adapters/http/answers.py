"""Answers as JSON, in the shape that their schema declares.

marshmallow looks up every field again for every value that it dumps. What can be looked up
beforehand is, once for each schema; a test holds both against each other.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import orjson
from marshmallow import Schema, fields

from adapters.http.fields import Instant

Dump = Callable[[Any], Any]

# What orjson writes as these do: text, numbers, ids, enums by value, and instants that are in UTC.
PLAIN = (fields.String, fields.Integer, fields.Boolean, fields.UUID, fields.Enum, Instant)


def json_writer(schema: Schema) -> Callable[[Any], bytes]:
    """What writes an object as the JSON of the schema. Its instants must be in UTC."""
    dump = _dump_of(schema)
    return lambda result: orjson.dumps(dump(result), option=orjson.OPT_UTC_Z)


def _dump_of(schema: Schema) -> Dump:
    declared = schema.dump_fields
    values_of = attrgetter(*(field.attribute or name for name, field in declared.items()))
    dumps = [(name, _dump_of_value(field)) for name, field in declared.items()]
    special = [(name, dump) for name, dump in dumps if dump is not None]

    def dump_object(result: Any) -> dict[str, Any]:
        body = dict(zip(declared, values_of(result), strict=True))
        for name, dump in special:
            body[name] = dump(body[name])
        return body

    return dump_object


def _dump_of_value(field: fields.Field[Any]) -> Dump | None:
    """None where the value may stay as it is."""
    if type(field) in PLAIN:
        return None
    if isinstance(field, fields.Nested):
        return _dump_of(field.schema)
    if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
        dump_each = _dump_of(field.inner.schema)
        return lambda values: [dump_each(value) for value in values]
    return lambda value: field._serialize(value, None, None)
