"""A flask-smorest blueprint that documents what every operation can refuse."""

from collections.abc import Callable, Mapping
from functools import lru_cache, update_wrapper, wraps
from types import MappingProxyType
from typing import Any, cast

import flask_smorest
from flask import request
from marshmallow import Schema

from adapters.http.accepting import negotiated, not_acceptable
from adapters.http.answering import answering
from adapters.http.answers import JSON_TYPE
from adapters.http.conditions import ETAG
from adapters.http.current import current_request
from adapters.http.decorator import Decorator, View
from adapters.http.limits import IS_LIMITED
from adapters.http.parsing import (
    FORM_TYPE,
    JSON_OR_FORM,
    REMEMBERED_QUERIES,
    StrictParser,
    require_known_parameters,
    without_query,
)
from adapters.http.problem_bodies import Refusal, http_problem
from adapters.http.problem_responses import OF_OPERATIONS_WITH_BODIES, as_responses, problems_of

# Where a view says that it looks at the query by itself.
READS_QUERY = "reads_query"


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """With `authenticate`, every operation runs it first and documents the bearer token.

    `in_path` describes the parameters in paths, by their names, each with an example.
    """

    ARGUMENTS_PARSER = StrictParser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = (
        flask_smorest.Blueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING
        | {JSON_OR_FORM: "application/json"}
    )

    def __init__(
        self,
        name: str,
        description: str,
        authenticate: Callable[[], None] | None = None,
        in_path: Mapping[str, tuple[str, str]] = MappingProxyType({}),
    ) -> None:
        super().__init__(name, __name__, description=description)
        self._path_parameters = [
            {"in": "path", "name": name, "description": description, "example": example}
            for name, (description, example) in in_path.items()
        ]
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
            parameters = [each for each in self._path_parameters if f"{each['name']}>" in rule]
            route: Decorator = self.route(rule, methods=[method], parameters=parameters)
            strict = negotiated(view if hasattr(view, READS_QUERY) else without_query(view))
            return route(_documented(strict, describe))

        return decorate

    def body(
        self,
        schema: type[Any],
        example: Mapping[str, Any],
        *,
        form: type[Schema] | None = None,
    ) -> Decorator:
        """Take a JSON body of this schema, or also a form, as the view's first argument."""
        location = JSON_OR_FORM if form else "json"
        arguments: Decorator = self.arguments(schema(), location=location, example=dict(example))
        also_form = {"content": {FORM_TYPE: {"schema": form, "example": dict(example)}}}
        describe: Decorator = self.doc(
            responses=as_responses(OF_OPERATIONS_WITH_BODIES),
            **({"requestBody": also_form} if form else {}),
        )

        def decorate(view: View) -> View:
            return describe(arguments(view))

        return decorate

    def query(self, schema: type[Any]) -> Decorator:
        """Take what this schema makes of the query as the view's first argument.

        It must be immutable: many clients ask the same, so what a query meant is remembered.
        """
        made = schema()
        known = frozenset(made.fields)
        describe = self.arguments(made, location="query")

        @lru_cache(REMEMBERED_QUERIES)
        def read(_query_string: bytes) -> Any:
            require_known_parameters(known)
            return self.ARGUMENTS_PARSER.parse(made, request, location="query")

        def decorate(view: View) -> View:
            @wraps(describe(view))  # which would read it for every request: for the document alone
            def with_query(*args: Any, **kwargs: Any) -> Any:
                return view(read(current_request().query_string), *args, **kwargs)

            setattr(with_query, READS_QUERY, True)
            return cast(View, with_query)

        return decorate

    def response(
        self,
        status_code: int,
        schema: type[Schema] | None = None,
        *,
        is_tagged: bool = False,
        other_types: Mapping[str, str] | None = None,
        links: Mapping[str, Any] = MappingProxyType({}),
        **documentation: Any,
    ) -> Decorator:
        """Answer with what the view returns, an object and maybe headers, as the schema's JSON.

        Tagged answers carry an ETag, and a GET can be answered with 304.
        `other_types` are media types that the answer can have besides, each with an example. Where
        `accepting.media_type()` is one of them, the view returns a Response.
        """
        if is_tagged:
            documentation["headers"] = ETAG | documentation.get("headers", {})
        others = dict(other_types or {})
        produced = (JSON_TYPE, *others) if schema else tuple(others)
        descriptions = []
        for media_type, example in others.items():
            text = {"content_type": media_type, "example": example}
            descriptions.append(super().response(status_code, {"type": "string"}, **text))
        # What is said last comes first in the document, and clients take what comes first.
        descriptions.append(super().response(status_code, schema, **documentation))
        if links:
            descriptions.append(self.doc(responses={status_code: {"links": dict(links)}}))
        if produced:
            refusal = http_problem(406, not_acceptable(produced))
            descriptions.append(self.doc(responses=as_responses([refusal])))

        def decorate(view: View) -> View:
            described = view  # would dump the answer, too: for the document alone
            for describe in descriptions:
                described = describe(described)
            answer = answering(view, status_code, schema, produced, is_tagged=is_tagged)
            return cast(View, update_wrapper(answer, described))

        return decorate


def _documented(view: View, describe: Decorator) -> View:
    """The view with what is said about it, but without the wrapper that flask-smorest puts on."""
    view._apidoc = describe(view)._apidoc  # type: ignore[attr-defined]
    return view
