"""A flask-smorest blueprint: content negotiation, JSON responses, documented errors."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import flask_smorest
from flask import Response, request
from marshmallow import Schema

from adapters.http.decorator import Decorator, View
from adapters.http.problems.handlers import oauth_error
from adapters.http.problems.model import FieldErrors, ProblemError, error_problem, http_problem
from adapters.http.problems.responses import SHARED_ERROR, as_responses
from adapters.http.rate_limits import RATE_LIMITS
from adapters.http.requests.parser import (
    FORM_TYPE,
    JSON_OR_FORM,
    OPTIONAL_JSON,
    StrictParser,
    load_query,
    require_no_fields,
)
from adapters.http.responses.content_negotiation import negotiate
from adapters.http.responses.etag import ETAG, IF_NONE_MATCH, NOT_MODIFIED, with_etag
from adapters.http.responses.json import (
    CACHE_CONTROL,
    JSON_HEADERS,
    JSON_TYPE,
    MERGE_PATCH_TYPE,
    to_json,
)

# Attributes of views: the media types of their responses, the default first, and whether they
# take a body.
PRODUCES = "produces"
TAKES_BODY = "takes_body"


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """With `authenticate`, every operation runs it first and documents the bearer token.

    Operations have the tag unless they name another. `in_path` describes path parameters by name;
    they have no example, because Swagger UI would fill in an id that does not exist.
    """

    ARGUMENTS_PARSER = StrictParser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = (
        flask_smorest.Blueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING
        | {JSON_OR_FORM: "application/json", OPTIONAL_JSON: "application/json"}
    )

    def __init__(
        self,
        name: str,
        tag: str,
        authenticate: Callable[[], None] | None = None,
        in_path: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(name, __name__)
        self._tag = tag
        self._path_parameters = [
            {"in": "path", "name": name, "description": description}
            for name, description in in_path.items()
        ]
        self._is_protected = authenticate is not None
        if authenticate is not None:
            # Before the arguments are read, so that 401 comes before 422.
            self.before_request(authenticate)

    def operation(
        self,
        method: str,
        rule: str,
        *errors: ProblemError,
        invalid: FieldErrors = MappingProxyType({}),
        query: type[Schema] | None = None,
        ignores_query: bool = False,
        has_oauth_errors: bool = False,
        headers: Sequence[Mapping[str, Any]] = (),
        tag: str | None = None,
    ) -> Decorator:
        """Route a view whose name becomes the operationId.

        `errors` and `invalid` are examples of the operation's own errors; those of all operations
        are documented once. The view's first argument is what the query schema loads. `headers`
        documents the request headers that the view reads. With `ignores_query`, query parameters
        are not parsed. With `has_oauth_errors`, errors have the members of OAuth 2.
        """
        query_schema = (query or Schema)()
        parameters = [*([{"in": "query", "schema": query}] if query else []), *headers]

        def decorate(view: View) -> View:
            produced = getattr(view, PRODUCES, ())
            takes_body = getattr(view, TAKES_BODY, False)
            first, *others = view.__name__.split("_")
            problems = [*map(error_problem, errors)]
            if invalid:
                problems.insert(0, http_problem(422, errors=invalid))
            if rate_limits := getattr(view, RATE_LIMITS, ()):
                problems.append(http_problem(429))
            if has_oauth_errors:
                problems = [each | oauth_error(each) for each in problems]
            responses = as_responses(problems)
            if rate_limits:
                responses[429]["description"] += f" Limits: {'; '.join(rate_limits)}."
            document: Decorator = self.doc(
                operationId=first + "".join(word.title() for word in others),
                security=[{"bearer": []}, {"login": []}] if self._is_protected else [],
                responses=responses
                | (NOT_MODIFIED if IF_NONE_MATCH in headers else {})
                | {"default": SHARED_ERROR},
                **({"parameters": parameters} if parameters else {}),
            )
            in_path = [each for each in self._path_parameters if f"{each['name']}>" in rule]
            route: Decorator = self.route(
                rule, methods=[method], parameters=in_path, tags=[tag or self._tag]
            )

            @wraps(view)
            def operate(*args: Any, **kwargs: Any) -> Any:
                if produced:
                    negotiate(produced)
                loaded = None if ignores_query else load_query(query_schema, request.query_string)
                if not takes_body and method != "GET":
                    require_no_fields(request)
                return view(loaded, *args, **kwargs) if query else view(*args, **kwargs)

            return route(document(operate))

        return decorate

    def body(
        self,
        schema: type[Any],
        example: Mapping[str, Any],
        *,
        form: type[Schema] | None = None,
        is_patch: bool = False,
        is_optional: bool = False,
    ) -> Decorator:
        """Pass the JSON body to the view as its first argument.

        With `form`, the body can also be a form, with `is_patch` a JSON Merge Patch. With
        `is_optional`, an empty body means an empty object.
        """
        location = JSON_OR_FORM if form else OPTIONAL_JSON if is_optional else "json"
        arguments: Decorator = self.arguments(
            schema(), location=location, required=not is_optional, example=dict(example)
        )
        others = {FORM_TYPE: form} if form else {MERGE_PATCH_TYPE: schema} if is_patch else {}
        content = {
            media_type: {"schema": each, "example": dict(example)}
            for media_type, each in others.items()
        }
        describe: Decorator = self.doc(**({"requestBody": {"content": content}} if content else {}))

        def decorate(view: View) -> View:
            with_body = describe(arguments(view))
            setattr(with_body, TAKES_BODY, True)
            return with_body

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
        """Respond with the JSON of what the view returns: a body, or a body and headers.

        The body must fit the schema; it is not dumped by marshmallow. With `has_etag`, a
        conditional GET can return 304. `other_types` maps further media types to examples: where
        `media_type()` is one of them, the view returns a Response.
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
                        response = with_etag(response, body)
                elif produced:
                    response.headers.setdefault("Cache-Control", CACHE_CONTROL)
                if len(produced) > 1:
                    response.headers.add("Vary", "Accept")
                return response

            setattr(respond, PRODUCES, produced)
            return document(respond)

        return decorate
