"""The check of the caller's session, sent in the same message as other statements."""

from typing import Any

from application.caller import Caller

# Session.is_live as an SQL function (migration 0006); a contract test compares the two.
REQUIRE_LIVE_SESSION = (
    "SELECT require_live_session("
    "%(caller_session_id)s, %(caller_user_id)s, %(caller_authenticated_at)s);"
)


def session_check(caller: Caller | None) -> tuple[str, dict[str, Any]]:
    """The statement, with a trailing semicolon, and its values; empty for a trusted caller."""
    if caller is None or caller.session_id is None:
        return "", {}
    return REQUIRE_LIVE_SESSION, {
        "caller_session_id": caller.session_id,
        "caller_user_id": caller.user_id,
        "caller_authenticated_at": caller.authenticated_at,
    }
