"""Bearer authentication (RFC 6750)."""

from collections.abc import Callable

from flask import g, request

from adapters.http.middleware.request_record import request_record
from adapters.http.problems.model import NotAuthenticated
from application.caller import Caller


def bearer_authentication(authenticate: Callable[[str], Caller]) -> Callable[[], None]:
    """A hook that authenticates the caller by bearer token, or raises Unauthenticated."""

    def authenticate_request() -> None:
        if request.method == "OPTIONS":  # lists the methods only
            return
        # Werkzeug lowercases the scheme, which is case-insensitive (RFC 9110 section 11.1).
        credentials = request.authorization
        if credentials is None or credentials.type != "bearer" or not credentials.token:
            raise NotAuthenticated
        g.caller = authenticate(credentials.token)
        request_record().user_id = g.caller.user_id

    return authenticate_request


def caller() -> Caller:
    """The authenticated caller. Use cases check that the session is live."""
    known: Caller = g.caller
    return known
