"""Where the request came from."""

from flask import request

from domain.accounts.session import USER_AGENT_MAX_LENGTH, Origin


def origin() -> Origin:
    """The address of the client and the name of its software, cut to what is kept."""
    # Headers are decoded as Latin-1: any bytes are text that can be stored.
    user_agent = request.headers.get("User-Agent", "").replace("\0", "")[:USER_AGENT_MAX_LENGTH]
    return Origin(request.remote_addr, user_agent or None)
