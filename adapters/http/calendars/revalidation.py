"""Answers that a program asks for again and again: named by an ETag, sent when it is another."""

from hashlib import blake2b

from flask import Response, request
from flask_smorest import Blueprint

from adapters.http.blueprint import Decorator

TAG_BYTES = 16
ETAG = {
    "ETag": {
        "description": "Names these bytes: another one as soon as any of them changes.",
        "schema": {"type": "string"},
        "required": True,
    }
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "Answer 304, without a body, if this is still its ETag.",
    "schema": {"type": "string"},
    "example": '"9f86d081884c7d659a2feaa0c55ad015"',
}

# For the document alone.
revalidated: Decorator = Blueprint.doc(
    parameters=[IF_NONE_MATCH],
    responses={304: {"description": "Not Modified", "headers": ETAG}},
)


def tagged(content: bytes, status: int, headers: dict[str, str], content_type: str) -> Response:
    """The answer with its ETag, or a 304 to a GET that knows it (RFC 9110 section 13.1.2)."""
    tag = blake2b(content, digest_size=TAG_BYTES).hexdigest()
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304, headers=headers)
        del response.headers["Content-Type"]
    else:
        response = Response(content, status, headers, content_type=content_type)
    response.headers["ETag"] = f'"{tag}"'
    return response
