"""Problem documents (RFC 9457), and the one table from error class to status."""

from collections.abc import Mapping
from typing import Any

from werkzeug.http import HTTP_STATUS_CODES

from adapters.http.responses.json import in_utc
from application.errors import Unavailable
from application.preconditions import PreconditionFailed
from domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    TooManyAttempts,
    Unauthenticated,
)
from domain.events.errors import RegistrationClosed, RegistrationNotOpen

PROBLEM_TYPE = "application/problem+json"
# Some statuses are cacheable by default (RFC 9110 section 15.1).
PROBLEM_HEADERS = {"Content-Type": PROBLEM_TYPE, "Cache-Control": "no-store"}

STATUS_OF_ERROR: Mapping[type[Exception], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    PreconditionFailed: 412,
    Invalid: 422,
    TooManyAttempts: 429,
    Unavailable: 503,
}
# The member with a time that the problem documents of these errors have.
TIME_MEMBERS: Mapping[type[Exception], str] = {
    RegistrationNotOpen: "registration_opens_at",
    RegistrationClosed: "registration_closes_at",
}
# The phrases of RFC 9110 section 15; Werkzeug has older ones.
TITLE_OF_STATUS = HTTP_STATUS_CODES | {
    413: "Content Too Large",
    414: "URI Too Long",
    422: "Unprocessable Content",
}
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
# For every other status.
OTHER_CODE = "http_error"

# Where the text of Werkzeug or gunicorn is misleading, empty, or repeats the request.
DETAIL_OF_STATUS = {
    404: "Not found. Check the path; ids are UUIDs.",
    414: "The URL is too long.",
    417: "The Expect header is not supported.",
    422: "The request is invalid. See `errors`.",
    429: "Too many requests. Retry after the number of seconds in the Retry-After header.",
    431: "The headers are too large.",
    500: "Internal error. It has been logged.",
    501: "The request uses an unsupported feature.",
}

ProblemError = DomainError | Unavailable
# Values that clients send under another name.
FIELD_NAMES = {"idempotency_key": "Idempotency-Key"}
FieldErrors = Mapping[str, list[str]]


class NotAuthenticated(Unauthenticated):
    code = "not_authenticated"

    def __init__(self) -> None:
        super().__init__("Authentication required. Send the header Authorization: Bearer <token>.")


def status_of(error: type[Exception]) -> int:
    """The status of the nearest class in the table. Raises LookupError for a class outside it."""
    for ancestor in error.__mro__:
        if ancestor in STATUS_OF_ERROR:
            return STATUS_OF_ERROR[ancestor]
    raise LookupError(error)


def error_problem(error: ProblemError) -> dict[str, Any]:
    """The problem document of an error."""
    status = status_of(type(error))
    if isinstance(error, Invalid):
        name = FIELD_NAMES.get(error.field, error.field)
        errors = {name: [error.problem]}
        return _problem(status, error.code, f"{name}: {error.problem}", errors)
    problem = _problem(status, error.code, error.detail, None)
    if time_member := TIME_MEMBERS.get(type(error)):
        problem[time_member] = in_utc(getattr(error, time_member))
    return problem


def http_problem(
    status: int, detail: str = "", errors: FieldErrors | None = None
) -> dict[str, Any]:
    """The problem document of a status; some statuses always have the same detail."""
    code = CODE_OF_STATUS.get(status, OTHER_CODE)
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
