"""Who is calling."""

from collections.abc import Callable

from flask import g, request

from adapters.http.middleware.request_record import request_record
from adapters.http.problems.model import NotAuthenticated
from application.caller import Caller


def bearer_authentication(authenticate: Callable[[str], Caller]) -> Callable[[], None]:
    """A hook that knows the caller by the bearer token (RFC 6750 section 2.1) or refuses."""

    def authenticate_request() -> None:
        if request.method == "OPTIONS":  # says what may be asked; answers nothing
            return
        # Werkzeug lowers the scheme: it has no case (RFC 9110 section 11.1).
        credentials = request.authorization
        if credentials is None or credentials.type != "bearer" or not credentials.token:
            raise NotAuthenticated
        g.caller = authenticate(credentials.token)
        request_record().user_id = g.caller.user_id

    return authenticate_request


def caller() -> Caller:
    """Who was authenticated; whether their session is live, the work checks."""
    known: Caller = g.caller
    return known
