"""Where the request came from."""

from flask import request

from domain.accounts.session import USER_AGENT_MAX_LENGTH, Origin

# The header as the document tells it, where a session keeps it.
USER_AGENT = {
    "in": "header",
    "name": "User-Agent",
    "description": "The name of the software, which the list of one's sessions shows.",
    "schema": {"type": "string"},
    "example": "curl/8.14.1",
}


def origin() -> Origin:
    """The address of the client and the name of its software, cut to what is kept."""
    # Headers are decoded as Latin-1: any bytes are text that can be stored.
    user_agent = request.headers.get("User-Agent", "").replace("\0", "")[:USER_AGENT_MAX_LENGTH]
    return Origin(request.remote_addr, user_agent or None)
