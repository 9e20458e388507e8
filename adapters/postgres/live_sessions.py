"""The check of a caller's session, sent in the same message as the work."""

from typing import Any

from application.caller import Caller

# What Session.is_live decides, by a function of migration 0006; a contract test compares them.
REQUIRE_LIVE_SESSION = (
    "SELECT require_live_session("
    "%(caller_session_id)s, %(caller_user_id)s, %(caller_authenticated_at)s);"
)


def session_check(caller: Caller | None) -> tuple[str, dict[str, Any]]:
    """The statement with a semicolon and its values; nothing for a caller who is trusted."""
    if caller is None or caller.session_id is None:
        return "", {}
    return REQUIRE_LIVE_SESSION, {
        "caller_session_id": caller.session_id,
        "caller_user_id": caller.user_id,
        "caller_authenticated_at": caller.authenticated_at,
    }
