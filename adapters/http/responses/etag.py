"""Conditional requests (RFC 9110 section 13)."""

from hashlib import blake2b
from typing import Any

from flask import Response, request

from adapters.http.responses.json import to_json
from application.preconditions import Precondition, PreconditionFailed, no_precondition

TAG_BYTES = 16
CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "Apply the change only if this is still the resource's ETag; otherwise 412. "
    "`*` matches any.",
    "schema": {"type": "string"},  # without an example, which Swagger UI would send unasked
}
IF_NONE_MATCH = IF_MATCH | {
    "name": "If-None-Match",
    "description": "Return 304 without a body if this is still the resource's ETag.",
}
ETAG = {
    "ETag": {
        "description": "Version of the response body. Changes whenever any of it changes.",
        "schema": {"type": "string"},
        "required": True,
    }
}
NOT_MODIFIED = {304: {"description": "Not Modified", "headers": ETAG}}


def etag_of(content: bytes) -> str:
    """A strong tag, without its quotes: of the same bytes the same, of others another."""
    return blake2b(content, digest_size=TAG_BYTES).hexdigest()


def with_etag(response: Response) -> Response:
    """Add the ETag; a GET that knows it gets a 304. Raises PreconditionFailed."""
    tag = etag_of(response.get_data())
    response.set_etag(tag)
    environ = request.environ
    if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
        # Not Werkzeug's make_conditional, for which `If-Match: *` matches nothing.
        if "HTTP_IF_MATCH" in environ and not request.if_match.contains(tag):
            raise PreconditionFailed
        if "HTTP_IF_NONE_MATCH" in environ and request.if_none_match.contains_weak(tag):
            response.status_code = 304  # with which Werkzeug sends no body and no type of one
    return response


def precondition() -> Precondition[Any]:
    """What the present request requires of the read model that is about to be changed."""
    if not any(name in request.environ for name in CONDITIONS):
        return no_precondition
    # Read now: where the condition is decided there is no request.
    if_match = request.if_match if "HTTP_IF_MATCH" in request.environ else None
    if_none_match = request.if_none_match

    def decide(view: Any) -> None:
        tag = etag_of(to_json(view))
        if if_match is not None and not if_match.contains(tag):
            raise PreconditionFailed
        if if_none_match.contains_weak(tag):
            raise PreconditionFailed

    return decide
