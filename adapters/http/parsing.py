"""Reading requests strictly: a wrong one is refused with its reason, never half understood."""

import json
from collections.abc import Collection
from functools import wraps
from typing import Any, NoReturn, cast

from flask import Request, request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from adapters.http.decorator import View
from adapters.http.problems import InvalidRequest

WHOLE_BODY = "body"
FORM_TYPE = "application/x-www-form-urlencoded"
JSON_OR_FORM = "json_or_form"
# Many clients ask the same: what the text of a query meant is kept, of so many.
REMEMBERED_QUERIES = 1024


class StrictParser(FlaskParser):
    """Bodies are JSON objects in UTF-8, sent as application/json, or forms where they may be."""

    def load_json_or_form(self, req: Request, schema: Schema) -> Any:
        if req.mimetype != FORM_TYPE:
            return self.load_json(req, schema)
        _require_no_encoding(req)
        # Parameters beyond the known ones are ignored (RFC 6749 section 3.2).
        known = {name: req.form.getlist(name) for name in schema.fields if name in req.form}
        if any(len(values) > 1 for values in known.values()):
            raise BadRequest("A parameter is in the form more than once.")
        return {name: value for name, [value] in known.items()}

    def _raw_load_json(self, req: Request) -> Any:
        if req.mimetype != "application/json":
            raise UnsupportedMediaType("Send the body as Content-Type: application/json.")
        _require_no_encoding(req)
        try:
            return json.loads(
                req.get_data().decode(),
                parse_constant=_refuse_constant,
                object_pairs_hook=_object_of_unique_names,
            )
        except json.JSONDecodeError as error:
            raise BadRequest(f"The body is not JSON: {error}.") from error
        except (ValueError, RecursionError) as error:
            # Not UTF-8, NaN, an integer of thousands of digits, or nested too deep.
            raise BadRequest("The body is not JSON that can be read.") from error

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, **options: Any
    ) -> NoReturn:
        # webargs puts the location above the fields: {"json": {"title": [...]}}.
        [messages] = cast("dict[str, Any]", error.messages).values()
        raise InvalidRequest(_flat(messages))


def _require_no_encoding(req: Request) -> None:
    if req.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the body without Content-Encoding.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _object_of_unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise BadRequest("An object in the body has a name twice.")
    return members


def _flat(messages: Any) -> dict[str, list[str]]:
    if not isinstance(messages, dict):
        return {WHOLE_BODY: list(messages)}
    return {
        WHOLE_BODY if field == "_schema" else str(field): list(problems)
        for field, problems in messages.items()
    }


def require_known_parameters(known: Collection[str]) -> None:
    """Refuse query parameters beyond the known ones, and those given twice."""
    errors = {}
    for name, values in request.args.lists():
        if name not in known:
            errors[name] = ["Unknown query parameter."]
        elif len(values) > 1:
            errors[name] = ["Given more than once."]
    if errors:
        raise InvalidRequest(errors)


def without_query(view: View) -> View:
    """The view, which takes no query parameters. Raises InvalidRequest."""

    @wraps(view)
    def strict_view(*args: Any, **kwargs: Any) -> Any:
        require_known_parameters(())
        return view(*args, **kwargs)

    return cast(View, strict_view)
