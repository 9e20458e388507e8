"""Where the request came from."""

from flask import request

from domain.accounts.session import ClientInfo

USER_AGENT_MAX_LENGTH = 256

# The header where a session keeps it. Told in the document as an optional parameter, it also keeps
# openapi-python-client 0.29 from writing a login that can't be imported: with two forms of a body
# and nothing optional besides, it uses a name that it does not import.
USER_AGENT = {
    "in": "header",
    "name": "User-Agent",
    "description": "The name of the software, which the list of one's sessions shows. Browsers "
    "send their own.",
    "schema": {"type": "string"},
}


def client_info() -> ClientInfo:
    """The address of the client and the name of its software, cut to what is kept."""
    # Headers are decoded as Latin-1: any bytes are text that can be stored.
    user_agent = request.headers.get("User-Agent", "").replace("\0", "")[:USER_AGENT_MAX_LENGTH]
    return ClientInfo(request.remote_addr, user_agent or None)
