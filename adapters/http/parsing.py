"""Reading requests strictly: a wrong one is refused with its reason, never half understood."""

import json
from collections.abc import Collection
from typing import Any, NoReturn, cast

from flask import Request, request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from adapters.http.problems import InvalidRequest

BODY_MAX_BYTES = 1024 * 1024
WHOLE_BODY = "body"


class StrictParser(FlaskParser):
    """Bodies are JSON objects in UTF-8 of at most 1 MiB, sent as application/json."""

    def _raw_load_json(self, req: Request) -> Any:
        if req.mimetype != "application/json":
            raise UnsupportedMediaType("Send the body as Content-Type: application/json.")
        body = req.get_data()
        # A chunked body is read up to the app's limit, one byte above this, and cut there.
        if len(body) > BODY_MAX_BYTES:
            raise RequestEntityTooLarge
        try:
            return json.loads(body.decode(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            # ValueError: not UTF-8, not JSON, NaN, or an integer of thousands of digits.
            raise BadRequest("The body is not valid JSON.") from error

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, **options: Any
    ) -> NoReturn:
        # webargs puts the location above the fields: {"json": {"title": [...]}}.
        [messages] = cast("dict[str, Any]", error.messages).values()
        raise InvalidRequest(_flat(messages))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _flat(messages: Any) -> dict[str, list[str]]:
    if not isinstance(messages, dict):
        return {WHOLE_BODY: list(messages)}
    return {
        WHOLE_BODY if field == "_schema" else str(field): list(problems)
        for field, problems in messages.items()
    }


def require_known_parameters(known: Collection[str]) -> None:
    """Refuse query parameters beyond the known ones, and those given twice."""
    errors = {name: ["Unknown query parameter."] for name in request.args if name not in known}
    for name in known:
        if len(request.args.getlist(name)) > 1:
            errors[name] = ["Given more than once."]
    if errors:
        raise InvalidRequest(errors)
