"""The routes of one's own account."""

from collections.abc import Callable
from typing import Any

from flask import Response

from adapters.http.accounts import examples
from adapters.http.accounts.schemas import (
    ChangePasswordSchema,
    ChangeProfileSchema,
    DeleteAccountSchema,
    ProfileSchema,
)
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.rate_limits import PASSWORD, RateLimiter
from adapters.http.requests.authentication import caller
from adapters.http.requests.client_info import client_info
from adapters.http.responses.etag import IF_MATCH, IF_NONE_MATCH, precondition
from adapters.http.responses.json import disable_storing, no_content
from application.ports.account_queries import Profile
from application.preconditions import PreconditionFailed
from application.use_cases import UseCases
from domain.accounts.errors import UsernameTaken, WrongPassword
from domain.accounts.user import ProfileChanges


def profile_blueprint(
    use_cases: UseCases, authenticate: Callable[[], None], rate_limiter: RateLimiter
) -> Blueprint:
    blueprint = Blueprint("profile", "One's own account.", authenticate)
    blueprint.after_request(disable_storing)

    @blueprint.operation("GET", "/v1/profile/", PreconditionFailed(), headers=[IF_NONE_MATCH])
    @blueprint.response(200, ProfileSchema, has_etag=True, example=examples.PROFILE)
    def get_profile() -> Profile:
        """Show one's own profile

        Whose it is, the access token tells.
        """
        return use_cases.get_profile(caller())

    @blueprint.operation(
        "PATCH", "/v1/profile/", UsernameTaken("grace"), PreconditionFailed(), headers=[IF_MATCH]
    )
    @blueprint.body(ChangeProfileSchema, examples.PROFILE_CHANGES)
    @blueprint.response(200, ProfileSchema, has_etag=True, example=examples.PROFILE)
    def update_profile(changes: ProfileChanges) -> Profile:
        """Change one's username or email address

        What is not named stays. A null email is taken away.
        """
        return use_cases.update_profile(caller(), changes, precondition())

    @blueprint.operation(
        "DELETE", "/v1/profile/", WrongPassword(), PreconditionFailed(), headers=[IF_MATCH]
    )
    @blueprint.body(DeleteAccountSchema, examples.CONFIRMATION)
    @blueprint.response(204)
    @rate_limiter.limit(PASSWORD, account_of=_session_id)
    def delete_profile(body: dict[str, Any]) -> Response:
        """Delete one's account

        Every token stops working at once. One's upcoming events are deleted and one's seats in
        others' upcoming events given back; events that have started keep their counts, without
        the name. The username becomes free.
        """
        use_cases.delete_account(caller(), body["password"], client_info(), precondition())
        return no_content()

    @blueprint.operation("POST", "/v1/profile/password/", WrongPassword())
    @blueprint.body(ChangePasswordSchema, examples.NEW_PASSWORD)
    @blueprint.response(204)
    @rate_limiter.limit(PASSWORD, account_of=_session_id)
    def change_password(body: dict[str, Any]) -> Response:
        """Change one's password

        Ends every other session. The one that asks goes on.
        """
        use_cases.change_password(
            caller(), body["current_password"], body["new_password"], client_info()
        )
        return no_content()

    return blueprint


def _session_id(_body: dict[str, Any]) -> str:
    """Not the account's: the token of an ended session must not use up its attempts."""
    return str(caller().session_id)
