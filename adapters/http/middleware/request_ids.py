"""The id by which a client and the log name the same request."""

import re
from typing import Any

from application.ports.identifiers import NewId

REQUEST_ID_HEADER = "X-Request-ID"
# What tracers and proxies send, and nothing that breaks a line of a log.
WELL_FORMED = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}", re.ASCII)


def request_id_of(environ: dict[str, Any], new_id: NewId) -> str:
    """The id that the client or a proxy sent, if it is well-formed; else a new one."""
    sent: str = environ.get("HTTP_X_REQUEST_ID", "")
    return sent if WELL_FORMED.fullmatch(sent) else str(new_id())
