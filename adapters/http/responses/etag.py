"""Conditional requests (RFC 9110 section 13)."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from flask import Response, request
from werkzeug.datastructures import ETags

from adapters.http.responses.json import to_json
from application.preconditions import Precondition, PreconditionFailed, no_precondition

TAG_BYTES = 16
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "Apply the change only if the resource has not been edited since it had this "
    "ETag; otherwise 412. Changes to seats and the waitlist are not edits. `*` matches any.",
    "schema": {"type": "string"},  # no example: Swagger UI would send it
}
IF_NONE_MATCH = IF_MATCH | {
    "name": "If-None-Match",
    "description": "Return 304 without a body if this is still the resource's ETag.",
}
# For reads that can return 304 and 412.
READ_CONDITIONS = (
    IF_NONE_MATCH,
    IF_MATCH
    | {
        "description": "Return 412 if the resource has been edited since it had this ETag. `*` "
        "matches any."
    },
)
ETAG = {
    "ETag": {
        "description": "Version of the response body. Changes with any part of it, such as "
        "the number of attendees.",
        "schema": {"type": "string"},
        "required": True,
    }
}
NOT_MODIFIED = {304: {"description": "Not Modified", "headers": ETAG}}


def etag_of(content: bytes, view: object = None) -> str:
    """A tag without quotes: the version of the view, if it has one, and a digest of the content.

    The version of an event is the time of its last edit, which every edit increases.
    """
    digest = blake2b(content, digest_size=TAG_BYTES).hexdigest()
    updated_at: datetime | None = getattr(view, "updated_at", None)
    return digest if updated_at is None else f"{(updated_at - EPOCH) // MICROSECOND}-{digest}"


def with_etag(response: Response, view: object = None) -> Response:
    """Add the ETag; a GET with a matching If-None-Match gets 304. Raises PreconditionFailed."""
    tag = etag_of(response.get_data(), view)
    response.set_etag(tag)
    if request.environ["REQUEST_METHOD"] in ("GET", "HEAD") and is_not_modified(tag):
        response.status_code = 304  # Werkzeug drops the body and its type
    return response


def is_not_modified(tag: str) -> bool:
    """Whether the response to a read is 304. Raises PreconditionFailed."""
    environ = request.environ
    # Werkzeug's make_conditional does not support `If-Match: *`.
    if "HTTP_IF_MATCH" in environ and not _has_version(request.if_match, tag):
        raise PreconditionFailed
    return "HTTP_IF_NONE_MATCH" in environ and request.if_none_match.contains_weak(tag)


def precondition() -> Precondition[Any]:
    """The precondition of the current request, on the read model that is about to be changed."""
    if not any(name in request.environ for name in CONDITIONS):
        return no_precondition
    # Read now: where the precondition is checked there is no request.
    if_match = request.if_match if "HTTP_IF_MATCH" in request.environ else None
    if_none_match = request.if_none_match

    def check(view: Any) -> None:
        tag = etag_of(to_json(view), view)
        if if_match is not None and not _has_version(if_match, tag):
            raise PreconditionFailed
        if if_none_match.contains_weak(tag):
            raise PreconditionFailed

    return check


def _has_version(if_match: ETags, tag: str) -> bool:
    """Whether a tag of If-Match has the version of this one; weak tags match none.

    The rest is not compared: seats that guests take must not fail an edit.
    """
    # Iterating yields the strong tags, and None for an empty one.
    return if_match.star_tag or _version(tag) in {_version(each) for each in if_match if each}


def _version(tag: str) -> str:
    """A tag without a version is compared as a whole."""
    return tag.partition("-")[0]
