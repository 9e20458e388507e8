"""A flask-smorest blueprint that documents what every operation can refuse."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

import flask_smorest
from flask import Response

from adapters.http.parsing import StrictParser, require_known_parameters
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

View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    def __call__(self, view: View, /) -> View: ...


# Where a view keeps the names of the parameters that it takes.
QUERY_PARAMETERS = "query_parameters"

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


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """With `authenticate`, every operation runs it first and documents the bearer token."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(
        self, name: str, description: str, authenticate: Callable[[], None] | None = None
    ) -> None:
        super().__init__(name, __name__, description=description)
        self._is_protected = authenticate is not None
        if authenticate is not None:
            # Before the view, and so before its arguments are read: 401 comes before 422.
            self.before_request(authenticate)

    def operation(self, method: str, rule: str, *refusals: Refusal) -> Decorator:
        """Route a view whose name becomes the operationId; `refusals` are examples of its own."""

        def decorate(view: View) -> View:
            first, *others = view.__name__.split("_")
            operation_id = first + "".join(word.title() for word in others)
            describe: Decorator = self.doc(
                operationId=operation_id,
                security=[{"bearer": []}] if self._is_protected else [],
                responses=_responses(self._problems(rule, refusals)),
            )
            route: Decorator = self.route(rule, methods=[method])
            return route(describe(_strict_about_query(view)))

        return decorate

    def body(self, schema: type[Any], example: Mapping[str, Any]) -> Decorator:
        """Take a JSON body of this schema as the view's last positional argument."""
        arguments: Decorator = self.arguments(schema, example=dict(example))
        describe: Decorator = self.doc(responses=_responses([NOT_JSON]))

        def decorate(view: View) -> View:
            return describe(arguments(view))

        return decorate

    def query(self, schema: type[Any]) -> Decorator:
        """Take query parameters of this schema as the view's last positional argument."""
        arguments = self.arguments(schema, location="query")

        def decorate(view: View) -> View:
            parsed: View = arguments(view)
            setattr(parsed, QUERY_PARAMETERS, frozenset(schema().fields))
            return parsed

        return decorate

    def response(self, status_code: int, *args: Any, **kwargs: Any) -> Decorator:
        """flask-smorest's own, with a type."""
        decorator: Decorator = super().response(status_code, *args, **kwargs)
        return decorator

    def _problems(self, rule: str, refusals: Iterable[Refusal]) -> list[dict[str, Any]]:
        common: list[Refusal] = [Unavailable()]
        if self._is_protected:
            common += [NotAuthenticated(), InvalidToken()]
        named = [
            problem_body(status_of(type(refusal)), refusal.code, refusal.detail)
            for refusal in (*common, *refusals)
        ]
        unrouted = [NOT_FOUND] if "<" in rule else []
        return [*UNSOUND, *named, *unrouted, INVALID_VALUES, FAULT]


def _strict_about_query(view: View) -> View:
    known: frozenset[str] = getattr(view, QUERY_PARAMETERS, frozenset())

    @wraps(view)
    def strict_view(*args: Any, **kwargs: Any) -> Any:
        require_known_parameters(known)
        return view(*args, **kwargs)

    return cast(View, strict_view)


def no_content() -> Response:
    """A 204: no body, and so no type of one."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def _responses(problems: Iterable[dict[str, Any]]) -> dict[str, Any]:
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
