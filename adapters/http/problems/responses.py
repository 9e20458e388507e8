"""The documented error responses; each problem code is an example of its status."""

from collections.abc import Iterable
from typing import Any

from adapters.http.problems.handlers import CHALLENGE
from adapters.http.problems.model import (
    PROBLEM_TYPE,
    NotAuthenticated,
    error_problem,
    http_problem,
)
from adapters.http.problems.schema import ProblemSchema
from adapters.http.responses.content_negotiation import not_acceptable
from application.errors import OutcomeUnknown, Unavailable
from domain.accounts.errors import InvalidToken

# marshmallow's message, for examples.
REQUIRED = "Missing data for required field."
REQUEST_ID = "01980d5c-0c00-7000-8000-3d2f6c1a9b55"
SHARED_PROBLEMS = (
    http_problem(400, "The body is not valid JSON."),
    error_problem(NotAuthenticated()),
    error_problem(InvalidToken()),
    http_problem(404),
    http_problem(406, not_acceptable(["application/json"])),
    http_problem(413, "The body is larger than 256 KiB."),
    http_problem(415, "Send the body as Content-Type: application/json."),
    http_problem(422, errors={"page": ["Unknown query parameter."]}),
    http_problem(500),
    error_problem(Unavailable()),
    error_problem(OutcomeUnknown()),
)
# The name in components/responses.
SHARED_ERROR = "Error"


def _header(
    description: str, example: str | int, *, is_required: bool = True, **schema: Any
) -> dict[str, Any]:
    return {
        "description": description,
        "required": is_required,
        "schema": schema,
        "example": example,
    }


RETRY_AFTER = _header("Seconds to wait before retrying.", 1, type="integer", minimum=1)
HEADERS_OF_STATUS = {
    401: {"WWW-Authenticate": _header("Authentication challenge.", CHALLENGE, type="string")},
    429: {
        "Retry-After": RETRY_AFTER,
        "RateLimit-Limit": _header(
            "Requests allowed per window. Successful responses have the RateLimit headers, too.",
            10,
            is_required=False,
            type="integer",
            minimum=1,
        ),
        "RateLimit-Remaining": _header(
            "Requests left in the window.", 0, is_required=False, type="integer", minimum=0
        ),
        "RateLimit-Reset": _header(
            "Seconds until the window resets.", 42, is_required=False, type="integer", minimum=1
        ),
    },
    503: {"Retry-After": RETRY_AFTER},
}


def shared_responses() -> dict[str, dict[str, Any]]:
    """The components/responses of the document."""
    headers = {
        name: header | {"required": False, "description": f"{header['description']} {where}"}
        for name, header, where in (
            ("WWW-Authenticate", HEADERS_OF_STATUS[401]["WWW-Authenticate"], "With 401."),
            ("Retry-After", RETRY_AFTER, "With 503."),
        )
    }
    content = {PROBLEM_TYPE: {"schema": ProblemSchema, "examples": _examples(SHARED_PROBLEMS)}}
    error = {
        "description": f"Errors that all operations share: {_codes(SHARED_PROBLEMS)}.",
        "headers": headers,
        "content": content,
    }
    return {SHARED_ERROR: error}


def as_responses(problems: Iterable[dict[str, Any]]) -> dict[int, Any]:
    """The problems as OpenAPI responses, by status."""
    by_status: dict[int, list[dict[str, Any]]] = {}
    for problem in problems:
        by_status.setdefault(problem["status"], []).append(problem)
    return {
        status: {
            "description": f"{same[0]['title']}: {_codes(same)}.",
            **({"headers": HEADERS_OF_STATUS[status]} if status in HEADERS_OF_STATUS else {}),
            "content": {PROBLEM_TYPE: {"schema": ProblemSchema, "examples": _examples(same)}},
        }
        for status, same in by_status.items()
    }


def _codes(problems: Iterable[dict[str, Any]]) -> str:
    return ", ".join(f"`{each['code']}`" for each in problems)


def _examples(problems: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {each["code"]: {"value": each | {"request_id": REQUEST_ID}} for each in problems}
