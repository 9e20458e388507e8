"""The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header)."""

import json
import re
from hashlib import sha256

from flask import request

from adapters.http.problems.handlers import InvalidRequest
from application.idempotency import IdempotentRequest

KEY_HEADER = "Idempotency-Key"
# A string as the draft has it, or bare; without commas, which join headers that are sent twice.
CHARACTER = r"[!#-+\--\[\]-~]"
KEY = rf'^("{CHARACTER}{{1,255}}"|{CHARACTER}{{1,255}})$'
PROBLEM = 'Must be 1 to 255 visible ASCII characters, in double quotes or not, without , " and \\.'

IDEMPOTENCY_KEY = {
    "name": KEY_HEADER,
    "in": "header",
    "description": "A text of your own for this event, such as a UUID: sent again with the "
    "same body within 24 hours, the first answer comes again and nothing is done twice.",
    # Without an example, which Swagger UI would send unasked.
    "schema": {"type": "string", "pattern": KEY},
}


def idempotent_request() -> IdempotentRequest | None:
    """The key of the present request with the digest of its JSON; None where it has no key."""
    header = request.headers.get(KEY_HEADER)
    if header is None:
        return None
    if not re.fullmatch(KEY, header):
        raise InvalidRequest({KEY_HEADER: [PROBLEM]})
    # Of what the JSON says: the order of its names and its white space make no other body.
    body = json.dumps(json.loads(request.get_data()), sort_keys=True)
    return IdempotentRequest(header.strip('"'), sha256(body.encode()).digest())
