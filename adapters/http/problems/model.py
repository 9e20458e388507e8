"""Problem documents (RFC 9457), and the one table from refusal to status."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from werkzeug.http import HTTP_STATUS_CODES

from application.errors import Unavailable
from application.preconditions import PreconditionFailed
from domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
)

PROBLEM_TYPE = "application/problem+json"
# Some statuses may be kept for a while unless told otherwise (RFC 9110 section 15.1).
PROBLEM_HEADERS = {"Content-Type": PROBLEM_TYPE, "Cache-Control": "no-store"}

STATUS_OF_ERROR: Mapping[type[Exception], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    PreconditionFailed: 412,
    Invalid: 422,
    Unavailable: 503,
}
# The phrases of RFC 9110 section 15, where Werkzeug has older ones.
TITLE_OF_STATUS = HTTP_STATUS_CODES | {413: "Content Too Large", 422: "Unprocessable Content"}
CODE_OF_STATUS = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "body_too_large",
    414: "uri_too_long",
    415: "unsupported_media_type",
    417: "expectation_failed",
    422: "validation_failed",
    429: "too_many_requests",
    431: "headers_too_large",
    500: "internal_error",
    501: "not_implemented",
    502: "bad_gateway",
    503: "try_again",
    504: "gateway_timeout",
}

# Where what Werkzeug says would mislead, or has nothing to say.
DETAIL_OF_STATUS = {
    404: "There is nothing at this path; ids are UUIDs.",
    413: "The body has more than 1 MiB.",
    422: "The request has invalid values: see errors.",
    429: "Too many attempts. Try again after as many seconds as Retry-After says.",
    500: "The service failed; the failure is logged.",
}

ProblemError = DomainError | Unavailable
# Where a value is sent under another name.
FIELD_NAMES = {"idempotency_key": "Idempotency-Key"}
FieldErrors = Mapping[str, list[str]]


class NotAuthenticated(Unauthenticated):
    code = "not_authenticated"

    def __init__(self) -> None:
        super().__init__("Send an access token: Authorization: Bearer <token>.")


class ProblemSchema(Schema):
    """An error. Programs branch on `code`, which is stable; people read `detail`."""

    type = fields.String(required=True, metadata={"description": "Always about:blank."})
    title = fields.String(required=True, metadata={"description": "What the status means."})
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    request_id = fields.String(
        required=True, metadata={"description": "What the operator's logs call the request."}
    )
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "The fields at fault and what is wrong with each."},
    )


def status_of(refusal: type[Exception]) -> int:
    """The status of the nearest class in the table. Raises LookupError for a class outside it."""
    for ancestor in refusal.__mro__:
        if ancestor in STATUS_OF_ERROR:
            return STATUS_OF_ERROR[ancestor]
    raise LookupError(refusal)


def error_problem(refusal: ProblemError) -> dict[str, Any]:
    """What a refusal is answered with."""
    errors = None
    if isinstance(refusal, Invalid):
        errors = {FIELD_NAMES.get(refusal.field, refusal.field): [refusal.problem]}
    return _problem(status_of(type(refusal)), refusal.code, refusal.detail, errors)


def http_problem(
    status: int, detail: str = "", errors: FieldErrors | None = None
) -> dict[str, Any]:
    """What the edge itself answers with; for some statuses the detail is always the same."""
    code = CODE_OF_STATUS.get(status, "http_error")
    return _problem(status, code, DETAIL_OF_STATUS.get(status, detail), errors)


def _problem(status: int, code: str, detail: str, errors: FieldErrors | None) -> dict[str, Any]:
    # With type about:blank the title is the status phrase (RFC 9457 section 4.2.1).
    body = {
        "type": "about:blank",
        "title": TITLE_OF_STATUS[status],
        "status": status,
        "detail": detail,
        "code": code,
    }
    return body | {"errors": errors} if errors else body
