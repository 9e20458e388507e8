"""Error handlers: every error becomes a problem document."""

import json
import logging
from http import HTTPStatus
from itertools import islice
from math import ceil
from typing import Any

from flask import Flask, Response, request
from werkzeug import Response as WerkzeugResponse
from werkzeug.exceptions import HTTPException

from adapters.http.middleware.request_record import request_record
from adapters.http.problems.model import (
    PROBLEM_HEADERS,
    FieldErrors,
    ProblemError,
    error_problem,
    http_problem,
)
from adapters.http.responses.json import ACCEPT_PATCH
from application.errors import Unavailable
from domain.accounts.errors import InvalidCredentials
from domain.errors import DomainError, TooManyAttempts, Unauthenticated

logger = logging.getLogger("turnout.unavailable")

CHALLENGE = 'Bearer realm="turnout"'
TOKEN_ENDPOINT = "access.create_token"
FIELD_ERRORS_MAX = 20
NAME_MAX_LENGTH = 100


class InvalidRequest(Exception):
    """The request has invalid fields, by the names under which they were sent.

    Truncated, because the client chooses the names.
    """

    def __init__(self, errors: FieldErrors) -> None:
        super().__init__(errors)
        self.errors = {
            name[:NAME_MAX_LENGTH]: problems
            for name, problems in islice(errors.items(), FIELD_ERRORS_MAX)
        }


def register_error_handlers(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, _handle_error)
    app.register_error_handler(Unavailable, _handle_error)
    app.register_error_handler(InvalidRequest, _handle_invalid_request)
    app.register_error_handler(HTTPException, _handle_http_error)


def _handle_error(error: ProblemError) -> Response:
    response = _respond(error_problem(error))
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = _challenge(error)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(ceil(error.retry_after.total_seconds()))
    if isinstance(error, Unavailable):
        # The first line: others may quote values.
        [reason, *_] = str(error.__cause__ or error).splitlines()
        logger.warning("%s: %s", error.code, reason)
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _challenge(error: Unauthenticated) -> str:
    # RFC 6750 section 3.1: no error code where no token was sent.
    if error.code == "invalid_token":
        return f'{CHALLENGE}, error="invalid_token"'
    return CHALLENGE


def _handle_invalid_request(error: InvalidRequest) -> Response:
    return _respond(http_problem(422, errors=error.errors))


def _handle_http_error(error: HTTPException) -> WerkzeugResponse:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status < HTTPStatus.BAD_REQUEST:  # a redirect is no error
        return error.get_response()
    response = _respond(http_problem(status, error.description or ""))
    for name, value in error.get_headers():
        if name != "Content-Type":
            response.headers[name] = value
    if status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE and request.method == "PATCH":
        response.headers.add(*ACCEPT_PATCH)
    return response


def oauth_error(problem: dict[str, Any]) -> dict[str, str]:
    """The members of an OAuth 2 error (RFC 6749 section 5.2), which its clients show."""
    if problem["code"] == InvalidCredentials.code:
        error = "invalid_grant"
    elif "grant_type" in problem.get("errors", {}):
        error = "unsupported_grant_type"
    else:
        error = "invalid_request"
    return {"error": error, "error_description": problem["detail"]}


def _respond(body: dict[str, Any]) -> Response:
    record = request_record()
    record.code = body["code"]
    if request.endpoint == TOKEN_ENDPOINT and body["status"] < HTTPStatus.INTERNAL_SERVER_ERROR:
        body |= oauth_error(body)
    # Field names come from the request: escaped, any of them can be sent back.
    return Response(
        json.dumps(body | {"request_id": record.request_id}, ensure_ascii=True),
        body["status"],
        PROBLEM_HEADERS,
    )
