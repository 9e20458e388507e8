"""The id of a request, shared by the client, the log, and tracers."""

import re
from typing import Any

from application.ports.identifiers import NewId

REQUEST_ID_HEADER = "X-Request-ID"
# Covers the ids of tracers and proxies; excludes anything that could break a log line.
WELL_FORMED = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}", re.ASCII)


def request_id_of(environ: dict[str, Any], new_id: NewId) -> str:
    """The id that the client or a proxy sent, if well-formed; otherwise a new one."""
    sent: str = environ.get("HTTP_X_REQUEST_ID", "")
    return sent if WELL_FORMED.fullmatch(sent) else str(new_id())
