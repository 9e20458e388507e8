"""Strict parsing of bodies and queries: unknown and repeated names are errors."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NoReturn, cast
from urllib.parse import parse_qs

from flask import Request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from adapters.http.problems.handlers import InvalidRequest
from adapters.http.responses.json import JSON_TYPE, PATCH_TYPES

WHOLE_BODY = "body"
FORM_TYPE = "application/x-www-form-urlencoded"
JSON_OR_FORM = "json_or_form"
OPTIONAL_JSON = "optional_json"
# In a query, a form, or all objects of a JSON body. Legitimate requests have fewer than 20.
NAMES_MAX = 100
# LRU size for parsed queries; parsing takes a fifth of the time of a list request.
PARSED_QUERIES = 1024


class StrictParser(FlaskParser):
    """Parses UTF-8 JSON objects sent as application/json; forms where an operation allows them."""

    __location_map__ = FlaskParser.__location_map__ | {OPTIONAL_JSON: "load_optional_json"}

    def load_json_or_form(self, req: Request, schema: Schema) -> Any:
        if req.mimetype != FORM_TYPE:
            return self.load_json(req, schema)
        _require_no_encoding(req)
        form = _parameters(req.get_data(), "body", RequestEntityTooLarge)
        # Parameters beyond the known ones are ignored (RFC 6749 section 3.2).
        known = {name: form[name] for name in schema.fields if name in form}
        if any(len(values) > 1 for values in known.values()):
            raise BadRequest("A form parameter is given more than once.")
        return {name: value for name, [value] in known.items()}

    def load_optional_json(self, req: Request, schema: Schema) -> Any:
        return self.load_json(req, schema) if req.get_data() else {}

    def load_json(self, req: Request, schema: Schema) -> Any:
        types = PATCH_TYPES if req.method == "PATCH" else (JSON_TYPE,)
        if req.mimetype not in types:
            raise UnsupportedMediaType(f"Send the body as Content-Type: {' or '.join(types)}.")
        _require_no_encoding(req)
        try:
            return json.loads(
                # A byte order mark may be ignored (RFC 8259 section 8.1).
                req.get_data().decode("utf-8-sig"),
                parse_constant=_refuse_constant,
                object_pairs_hook=_object_of_few_unique_names(),
            )
        except json.JSONDecodeError as error:
            raise BadRequest(f"The body is not valid JSON: {error}.") from error
        except (ValueError, RecursionError) as error:
            # Not UTF-8, NaN, an integer with thousands of digits, or nested too deeply.
            raise BadRequest("The body is not valid JSON.") from error

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, **options: Any
    ) -> NoReturn:
        # webargs puts the location above the fields: {"json": {"title": [...]}}.
        [messages] = cast("dict[str, Any]", error.messages).values()
        raise InvalidRequest(_flat(messages))


def require_no_fields(req: Request) -> None:
    """Accept no body or an empty JSON object. Raises the errors of other bodies."""
    if req.get_data():
        NO_FIELDS_PARSER.parse(NO_FIELDS, req, location="json")


def _require_no_encoding(req: Request) -> None:
    if req.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the body without Content-Encoding.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _object_of_few_unique_names() -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    count = 0

    def check(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal count
        count += len(pairs)
        if count > NAMES_MAX:
            raise RequestEntityTooLarge(f"The body has more than {NAMES_MAX} names.")
        members = dict(pairs)
        if len(members) < len(pairs):
            raise BadRequest("A JSON object in the body has a duplicate name.")
        return members

    return check


def _parameters(text: bytes, where: str, too_many: type[HTTPException]) -> dict[str, list[str]]:
    """The values of a query or form by name. Raises BadRequest or `too_many`."""
    try:
        return parse_qs(
            text.decode(), keep_blank_values=True, errors="strict", max_num_fields=NAMES_MAX
        )
    except UnicodeDecodeError as error:
        raise BadRequest(f"The {where} is not UTF-8.") from error
    except ValueError as error:
        raise too_many(f"The {where} has more than {NAMES_MAX} parameters.") from error


NO_FIELDS = Schema()
NO_FIELDS_PARSER = StrictParser()


def _flat(messages: Any) -> dict[str, list[str]]:
    if not isinstance(messages, dict):
        return {WHOLE_BODY: list(messages)}
    return {
        WHOLE_BODY if field == "_schema" else str(field): list(dict.fromkeys(_texts(problems)))
        for field, problems in messages.items()
    }


def _texts(problems: Any) -> list[str]:
    """Those of a list's items are by index."""
    if isinstance(problems, dict):
        return [text for each in problems.values() for text in _texts(each)]
    return list(problems)


@lru_cache(PARSED_QUERIES)
def load_query(schema: Schema, query_string: bytes) -> Any:
    """What the schema loads from a query, which must be immutable: requests share it.

    Raises InvalidRequest, also for unknown and repeated parameters, or BadRequest.
    """
    errors, single = {}, {}
    for name, values in _parameters(query_string, "query", BadRequest).items():
        if name not in schema.fields:
            errors[name] = ["Unknown query parameter."]
        elif len(values) > 1:
            errors[name] = ["Given more than once."]
        else:
            single[name] = values[0]
    loaded = None
    try:
        loaded = schema.load(single)
    except ValidationError as error:
        errors |= _flat(error.messages)
    if errors:
        raise InvalidRequest(errors)
    return loaded
