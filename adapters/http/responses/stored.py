"""Store responses as JSON, to send them again unchanged."""

from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any, TypeAlias

import orjson
from flask import Response

from adapters.http.responses.etag import etag_of
from adapters.http.responses.json import JSON_HEADERS, to_json

StoredResponse: TypeAlias = Mapping[str, Any]

# The only headers that differ between JSON responses.
STORED_HEADERS = ("Location", "ETag")
# The members of the event in 0.3.0, in order.
FIELDS_OF_0_3_0 = (
    *("id", "title", "description", "start_time", "end_time", "capacity", "attendees_count"),
    *("created_at", "updated_at", "location", "type", "is_attending", "status", "creator"),
    "seats_left",
)
TIMES = ("start_time", "end_time", "created_at", "updated_at")


def to_stored(response: Response) -> StoredResponse:
    body = response.get_data(as_text=True)
    # For 0.3.0, which runs during an upgrade and after a rollback. It reads its own fields of the
    # event from the record and computes the others.
    event = orjson.loads(body)
    fields = {name: event[name] for name in FIELDS_OF_0_3_0 if name != "seats_left"}
    headers = {name: response.headers[name] for name in STORED_HEADERS}
    return fields | {"response": {"status": response.status_code, "headers": headers, "body": body}}


def from_stored(stored: StoredResponse) -> Response:
    response = stored["response"] if "response" in stored else _response_of_0_3_0(stored)
    return Response(response["body"], response["status"], JSON_HEADERS | response["headers"])


def _response_of_0_3_0(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Rebuild the response of 0.3.0, which stored only the fields of the event."""
    event = {
        **fields,
        **{name: fields[name].replace("+00:00", "Z") for name in TIMES},
        "seats_left": fields["capacity"] - fields["attendees_count"],
        "creator": {name: fields["creator"][name] for name in ("id", "username")},
    }
    body = to_json({name: event[name] for name in FIELDS_OF_0_3_0})
    view = SimpleNamespace(updated_at=datetime.fromisoformat(fields["updated_at"]))
    headers = {"Location": f"/v1/events/{event['id']}/", "ETag": f'"{etag_of(body, view)}"'}
    return {"status": 201, "headers": headers, "body": body}
