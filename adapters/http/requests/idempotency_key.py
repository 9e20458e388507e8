"""The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header)."""

import json
import re
from hashlib import sha256

from flask import request

from adapters.http.problems.handlers import InvalidRequest
from application.idempotency import IdempotentRequest

KEY_HEADER = "Idempotency-Key"
# A quoted string as in the draft, or bare; no commas, because they join repeated headers.
CHARACTER = r"[!#-+\--\[\]-~]"
KEY = rf'^("{CHARACTER}{{1,255}}"|{CHARACTER}{{1,255}})$'
PROBLEM = (
    "Must be 1 to 255 visible ASCII characters without comma, double quote, or backslash. "
    "Enclosing double quotes are optional."
)

IDEMPOTENCY_KEY = {
    "name": KEY_HEADER,
    "in": "header",
    "description": "Unique key for this request, such as a UUID. A retry with the same key and "
    "body within 24 hours returns the first response, even if the resource has changed since. "
    "Keys belong to your account, and a request that fails does not use up its key.",
    # No example: Swagger UI would send it.
    "schema": {"type": "string", "pattern": KEY},
}


def idempotent_request() -> IdempotentRequest | None:
    """The key and the digest of the JSON body, or None without a key."""
    header = request.headers.get(KEY_HEADER)
    if header is None:
        return None
    if not re.fullmatch(KEY, header):
        raise InvalidRequest({KEY_HEADER: [PROBLEM]})
    # Canonical, so that whitespace and the order of names do not matter.
    body = json.dumps(json.loads(request.get_data()), sort_keys=True)
    return IdempotentRequest(header.strip('"'), sha256(body.encode()).digest())
