"""Every error as a problem document (RFC 9457), and the one table from refusal to status."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response
from marshmallow import Schema, fields
from werkzeug import Response as WerkzeugResponse
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from application.errors import Unavailable
from domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
)

PROBLEM_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="turnout"'

STATUS_OF_REFUSAL: Mapping[type[Exception], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    Unavailable: 503,
}
# The phrases of RFC 9110 section 15, where Werkzeug has older ones.
TITLE_OF_STATUS = HTTP_STATUS_CODES | {413: "Content Too Large", 422: "Unprocessable Content"}
CODE_OF_STATUS = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    414: "uri_too_long",
    415: "unsupported_media_type",
    417: "expectation_failed",
    422: "validation_failed",
    431: "headers_too_large",
    500: "internal_error",
    501: "not_implemented",
}

NOTHING_HERE = "There is nothing at this path; ids are UUIDs."

Refusal = DomainError | Unavailable
FieldErrors = Mapping[str, list[str]]


class ProblemSchema(Schema):
    """An error. Programs branch on `code`, which is stable; people read `detail`."""

    type = fields.String(required=True, metadata={"description": "Always about:blank."})
    title = fields.String(required=True, metadata={"description": "What the status means."})
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "The fields at fault and what is wrong with each."},
    )


class InvalidRequest(Exception):
    """Fields of the request are at fault, by the names under which they were sent."""

    def __init__(self, errors: FieldErrors) -> None:
        super().__init__(errors)
        self.errors = errors


def status_of(refusal: type[Exception]) -> int:
    """The status of the nearest class in the table. Raises LookupError for a class outside it."""
    for ancestor in refusal.__mro__:
        if ancestor in STATUS_OF_REFUSAL:
            return STATUS_OF_REFUSAL[ancestor]
    raise LookupError(refusal)


def problem_body(
    status: int, code: str, detail: str, errors: FieldErrors | None = None
) -> dict[str, Any]:
    # With type about:blank the title is the status phrase (RFC 9457 section 4.2.1).
    body = {
        "type": "about:blank",
        "title": TITLE_OF_STATUS[status],
        "status": status,
        "detail": detail,
        "code": code,
    }
    return body | {"errors": errors} if errors else body


def answer_problems(app: Flask) -> None:
    """Register the handlers that answer every exception as a problem document."""
    app.register_error_handler(DomainError, _answer_refusal)
    app.register_error_handler(Unavailable, _answer_refusal)
    app.register_error_handler(InvalidRequest, _answer_invalid_request)
    app.register_error_handler(HTTPException, _answer_http_error)


def _answer_refusal(refusal: Refusal) -> Response:
    status = status_of(type(refusal))
    errors = {refusal.field: [refusal.problem]} if isinstance(refusal, Invalid) else None
    response = _respond(problem_body(status, refusal.code, refusal.detail, errors))
    if isinstance(refusal, Unauthenticated):
        response.headers["WWW-Authenticate"] = _challenge(refusal)
    if isinstance(refusal, Unavailable):
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


def _challenge(refusal: Unauthenticated) -> str:
    # RFC 6750 section 3.1: no error code where no token was sent.
    if refusal.code == "invalid_token":
        return f'{CHALLENGE}, error="invalid_token"'
    return CHALLENGE


def _answer_invalid_request(refusal: InvalidRequest) -> Response:
    detail = "The request has invalid values: see errors."
    return _respond(problem_body(422, Invalid.code, detail, refusal.errors))


def _answer_http_error(error: HTTPException) -> WerkzeugResponse:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status < HTTPStatus.BAD_REQUEST:  # a redirect is an answer, not a problem
        return error.get_response()
    code = CODE_OF_STATUS.get(status, "http_error")
    detail = NOTHING_HERE if status == HTTPStatus.NOT_FOUND else error.description or ""
    response = _respond(problem_body(status, code, detail))
    for name, value in error.get_headers():
        if name != "Content-Type":
            response.headers[name] = value
    return response


def _respond(body: dict[str, Any]) -> Response:
    # Names of fields at fault come from the request: escaped, any of them can be sent back.
    return Response(json.dumps(body, ensure_ascii=True), body["status"], content_type=PROBLEM_TYPE)
