"""A flask-smorest blueprint that documents what every operation can refuse."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

import flask_smorest
from flask import Response

from adapters.http.limits import IS_LIMITED
from adapters.http.parsing import (
    FORM_TYPE,
    JSON_OR_FORM,
    StrictParser,
    require_known_parameters,
)
from adapters.http.problem_bodies import Refusal
from adapters.http.problem_responses import OF_OPERATIONS_WITH_BODIES, as_responses, problems_of

View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    def __call__(self, view: View, /) -> View: ...


# Where a view keeps the names of the parameters that it takes.
QUERY_PARAMETERS = "query_parameters"


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """With `authenticate`, every operation runs it first and documents the bearer token."""

    ARGUMENTS_PARSER = StrictParser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = (
        flask_smorest.Blueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING
        | {JSON_OR_FORM: "application/json"}
    )

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
                security=[{"bearer": []}, {"login": []}] if self._is_protected else [],
                responses=as_responses(
                    problems_of(
                        method,
                        rule,
                        refusals,
                        is_protected=self._is_protected,
                        is_limited=getattr(view, IS_LIMITED, False),
                    )
                ),
            )
            route: Decorator = self.route(rule, methods=[method])
            return route(describe(_strict_about_query(view)))

        return decorate

    def body(
        self, schema: type[Any], example: Mapping[str, Any], *, takes_form: bool = False
    ) -> Decorator:
        """Take a JSON body of this schema, or also a form, as the view's first argument."""
        location = JSON_OR_FORM if takes_form else "json"
        arguments: Decorator = self.arguments(schema, location=location, example=dict(example))
        form = {"content": {FORM_TYPE: {"schema": schema, "example": dict(example)}}}
        describe: Decorator = self.doc(
            responses=as_responses(OF_OPERATIONS_WITH_BODIES),
            **({"requestBody": form} if takes_form else {}),
        )

        def decorate(view: View) -> View:
            return describe(arguments(view))

        return decorate

    def query(self, schema: type[Any]) -> Decorator:
        """Take query parameters of this schema as the view's first argument."""
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


def forbid_storing(response: Response) -> Response:
    """For answers that carry tokens or speak of a person (RFC 6749 section 5.1)."""
    response.headers["Cache-Control"] = "no-store"
    return response
