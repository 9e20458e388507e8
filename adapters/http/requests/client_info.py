"""The client's address and user agent."""

from flask import request

from domain.accounts.session import ClientInfo

USER_AGENT_MAX_LENGTH = 256

# An optional parameter also works around openapi-python-client 0.29: for an operation with two body
# types and no optional parameter it generates code that cannot be imported.
USER_AGENT = {
    "in": "header",
    "name": "User-Agent",
    "description": "Client software, shown in your list of sessions. Browsers set it themselves.",
    "schema": {"type": "string"},
}


def client_info() -> ClientInfo:
    """The address, and the user agent without control characters, truncated for storage."""
    # Headers are decoded as Latin-1, so any bytes are valid text.
    user_agent = "".join(filter(str.isprintable, request.headers.get("User-Agent", "")))
    return ClientInfo(request.remote_addr or None, user_agent[:USER_AGENT_MAX_LENGTH] or None)
