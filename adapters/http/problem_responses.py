"""The problems that operations document: each code is an example of its status."""

from collections.abc import Iterable
from typing import Any

from adapters.http.problems import (
    CHALLENGE,
    CODE_OF_STATUS,
    NOTHING_HERE,
    PROBLEM_TYPE,
    ProblemSchema,
    Refusal,
    problem_body,
    status_of,
)
from application.errors import Unavailable
from domain.accounts.errors import InvalidToken, NotAuthenticated

INVALID_VALUES = problem_body(
    422,
    CODE_OF_STATUS[422],
    "The request has invalid values: see errors.",
    {"page": ["Unknown query parameter."]},
)
# What the router answers where an id in the path is no UUID.
NOT_FOUND = problem_body(404, CODE_OF_STATUS[404], NOTHING_HERE)
FAULT = problem_body(500, CODE_OF_STATUS[500], "The service failed; the failure is logged.")
UNSOUND = (
    problem_body(400, CODE_OF_STATUS[400], "The chunks of the body are malformed."),
    problem_body(413, CODE_OF_STATUS[413], "The body has more than 1 MiB."),
)
NOT_JSON = problem_body(
    415, CODE_OF_STATUS[415], "Send the body as Content-Type: application/json."
)
HEADERS_OF_STATUS = {
    401: {"WWW-Authenticate": {"schema": {"type": "string", "example": CHALLENGE}}},
    503: {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}},
}


def problems_of(rule: str, is_protected: bool, refusals: Iterable[Refusal]) -> list[dict[str, Any]]:
    """What an operation of this rule can answer: the refusals of its own, and those of all."""
    common: list[Refusal] = [Unavailable()]
    if is_protected:
        common += [NotAuthenticated(), InvalidToken()]
    named = [
        problem_body(status_of(type(refusal)), refusal.code, refusal.detail)
        for refusal in (*common, *refusals)
    ]
    unrouted = [NOT_FOUND] if "<" in rule else []
    return [*UNSOUND, *named, *unrouted, INVALID_VALUES, FAULT]


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
        response["content"][PROBLEM_TYPE]["examples"][problem["code"]] = {"value": problem}
    return responses
