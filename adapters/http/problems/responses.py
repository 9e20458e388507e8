"""The problems that operations document: each code is an example of its status."""

from collections.abc import Iterable
from typing import Any

from adapters.http.problems.handlers import CHALLENGE
from adapters.http.problems.model import (
    PROBLEM_TYPE,
    NotAuthenticated,
    ProblemError,
    ProblemSchema,
    error_problem,
    http_problem,
)
from application.errors import OutcomeUnknown, Unavailable
from domain.accounts.errors import InvalidToken

OF_EVERY_OPERATION = (
    http_problem(400, "The chunks of the body are malformed."),
    http_problem(413),
    http_problem(422, errors={"page": ["Unknown query parameter."]}),
    http_problem(500),
    error_problem(Unavailable()),
)
OF_PROTECTED_OPERATIONS = (
    error_problem(NotAuthenticated()),
    error_problem(InvalidToken()),
)
OF_LIMITED_OPERATIONS = (http_problem(429),)
OF_WRITING_OPERATIONS = (error_problem(OutcomeUnknown()),)
# What the router answers where an id in the path is no UUID.
OF_PATHS_WITH_IDS = (http_problem(404),)
OF_OPERATIONS_WITH_BODIES = (http_problem(415, "Send the body as Content-Type: application/json."),)


REQUEST_ID = "01980d5c-0c00-7000-8000-3d2f6c1a9b55"


def _header(description: str, example: str | int, **schema: Any) -> dict[str, Any]:
    """A header that every answer of the status has."""
    return {"description": description, "required": True, "schema": schema, "example": example}


RETRY_AFTER = _header("Seconds to wait.", 1, type="integer", minimum=1)
HEADERS_OF_STATUS = {
    401: {"WWW-Authenticate": _header("How to authenticate.", CHALLENGE, type="string")},
    429: {
        "Retry-After": RETRY_AFTER,
        "RateLimit-Limit": _header(
            "Attempts in a window; like the two that follow also where one is left.",
            10,
            type="integer",
            minimum=1,
        ),
        "RateLimit-Remaining": _header("Attempts left.", 0, type="integer", minimum=0),
        "RateLimit-Reset": _header("Seconds until the window ends.", 42, type="integer", minimum=1),
    },
    503: {"Retry-After": RETRY_AFTER},
}


def problems_of(
    method: str, rule: str, errors: Iterable[ProblemError], *, is_protected: bool
) -> list[dict[str, Any]]:
    """What an operation of this rule can answer: the refusals of its own, and those of all."""
    return [
        *OF_EVERY_OPERATION,
        *(OF_WRITING_OPERATIONS if method != "GET" else ()),
        *(OF_PROTECTED_OPERATIONS if is_protected else ()),
        *(OF_PATHS_WITH_IDS if "<" in rule else ()),
        *map(error_problem, errors),
    ]


def as_responses(problems: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The problems as OpenAPI responses, each code an example of its status."""
    responses: dict[str, Any] = {}
    for problem in problems:
        status = problem["status"]
        response = responses.setdefault(
            status,
            {
                "description": problem["title"],
                "headers": HEADERS_OF_STATUS.get(status, {}),
                "content": {PROBLEM_TYPE: {"schema": ProblemSchema, "examples": {}}},
            },
        )
        response["content"][PROBLEM_TYPE]["examples"][problem["code"]] = {
            "value": problem | {"request_id": REQUEST_ID}
        }
    return responses
