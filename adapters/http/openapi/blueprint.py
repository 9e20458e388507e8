"""A flask-smorest blueprint whose operations negotiate, respond in JSON and document errors."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import flask_smorest
from flask import Response, request
from marshmallow import Schema

from adapters.http.decorator import Decorator, View
from adapters.http.problems.model import ProblemError, http_problem
from adapters.http.problems.responses import OF_OPERATIONS_WITH_BODIES, as_responses, problems_of
from adapters.http.requests.parser import FORM_TYPE, JSON_OR_FORM, StrictParser, load_query
from adapters.http.responses.content_negotiation import negotiate, not_acceptable
from adapters.http.responses.etag import ETAG, IF_NONE_MATCH, NOT_MODIFIED, with_etag
from adapters.http.responses.json import CACHE_CONTROL, JSON_HEADERS, JSON_TYPE, to_json

# Where a view says which media types its responses can have, the default first.
PRODUCES = "produces"


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

    def operation(
        self,
        method: str,
        rule: str,
        *errors: ProblemError,
        query: type[Schema] | None = None,
        headers: Sequence[Mapping[str, Any]] = (),
    ) -> Decorator:
        """Route a view whose name becomes the operationId; `refusals` are examples of its own.

        What the schema of the query loads is the view's first argument. `headers` documents the
        request headers that the view reads.
        """
        query_schema = (query or Schema)()
        parameters = [*([{"in": "query", "schema": query}] if query else []), *headers]

        def decorate(view: View) -> View:
            produced = getattr(view, PRODUCES, ())
            first, *others = view.__name__.split("_")
            problems = problems_of(method, rule, errors, is_protected=self._is_protected)
            if produced:
                problems.append(http_problem(406, not_acceptable(produced)))
            document: Decorator = self.doc(
                operationId=first + "".join(word.title() for word in others),
                security=[{"bearer": []}, {"login": []}] if self._is_protected else [],
                responses=as_responses(problems)
                | (NOT_MODIFIED if IF_NONE_MATCH in headers else {}),
                **({"parameters": parameters} if parameters else {}),
            )
            in_path = [each for each in self._path_parameters if f"{each['name']}>" in rule]
            route: Decorator = self.route(rule, methods=[method], parameters=in_path)

            @wraps(view)
            def operate(*args: Any, **kwargs: Any) -> Any:
                if produced:
                    negotiate(produced)
                loaded = load_query(query_schema, request.query_string)
                return view(loaded, *args, **kwargs) if query else view(*args, **kwargs)

            return route(document(operate))

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

    def response(
        self,
        status_code: int,
        schema: type[Schema] | None = None,
        *,
        description: str = "",
        example: Any = None,
        other_types: Mapping[str, str] = MappingProxyType({}),
        headers: Mapping[str, Any] = MappingProxyType({}),
        links: Mapping[str, Any] = MappingProxyType({}),
        has_etag: bool = False,
    ) -> Decorator:
        """Respond with what the view returns, maybe with headers, as JSON: it must fit the schema.

        Tagged responses carry an ETag, and a GET can be answered with 304.
        `other_types` are media types that the response can have besides, each with an example.
        Where `media_type()` is one of them, the view returns a Response.

        flask-smorest's own would have marshmallow write the JSON.
        """
        content: dict[str, Any] = (
            {JSON_TYPE: {"schema": schema, "example": example}} if schema else {}
        )
        for media_type, text in other_types.items():
            content[media_type] = {"schema": {"type": "string"}, "example": text}
        documentation = {
            "description": description or HTTPStatus(status_code).phrase,
            "content": content,
            "headers": (ETAG if has_etag else {}) | dict(headers),
            "links": dict(links),
        }
        document: Decorator = self.doc(
            responses={status_code: {key: value for key, value in documentation.items() if value}}
        )
        produced = tuple(content)

        def decorate(view: View) -> View:
            @wraps(view)
            def respond(*args: Any, **kwargs: Any) -> Response:
                response = view(*args, **kwargs)
                if not isinstance(response, Response):
                    body, others = response if isinstance(response, tuple) else (response, {})
                    response = Response(to_json(body), status_code, JSON_HEADERS | others)
                    if has_etag:
                        response = with_etag(response)
                elif produced:
                    response.headers.setdefault("Cache-Control", CACHE_CONTROL)
                if len(produced) > 1:
                    response.headers.add("Vary", "Accept")
                return response

            setattr(respond, PRODUCES, produced)
            return document(respond)

        return decorate
