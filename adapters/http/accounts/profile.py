"""The routes of the caller's account."""

from collections.abc import Callable
from datetime import timedelta
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
from adapters.http.openapi.tags import ACCOUNTS
from adapters.http.problems.responses import REQUIRED
from adapters.http.rate_limits import PASSWORD, UPDATE_PROFILE, WITHOUT_SESSION, RateLimiter
from adapters.http.requests.authentication import caller
from adapters.http.requests.client_info import client_info
from adapters.http.responses.etag import IF_MATCH, READ_CONDITIONS, precondition
from adapters.http.responses.json import disable_storing, no_content
from application.ports.account_queries import Profile
from application.preconditions import PreconditionFailed
from application.use_cases import UseCases
from domain.accounts.errors import TooManyWrongPasswords, UsernameTaken, WrongPassword
from domain.accounts.user import ProfileChanges


def profile_blueprint(
    use_cases: UseCases, authenticate: Callable[[], None], rate_limiter: RateLimiter
) -> Blueprint:
    blueprint = Blueprint("profile", ACCOUNTS, authenticate)
    blueprint.after_request(disable_storing)

    @blueprint.operation("GET", "/v1/profile/", PreconditionFailed(), headers=READ_CONDITIONS)
    @blueprint.response(200, ProfileSchema, has_etag=True, example=examples.PROFILE)
    def get_profile() -> Profile:
        """Get your profile

        Returns your username and email address, and which mails you get. Others only see the
        username.
        """
        return use_cases.get_profile(caller())

    @blueprint.operation(
        "PATCH",
        "/v1/profile/",
        UsernameTaken("grace"),
        WrongPassword(),
        TooManyWrongPasswords(timedelta(seconds=30)),
        PreconditionFailed(),
        invalid={"current_password": ["Required to change the email address."]},
        headers=[IF_MATCH],
    )
    @rate_limiter.by_address(UPDATE_PROFILE)
    @rate_limiter.by_account(UPDATE_PROFILE, _user_id, ignored=WITHOUT_SESSION)
    @blueprint.body(ChangeProfileSchema, examples.PROFILE_CHANGES, is_patch=True)
    @blueprint.response(200, ProfileSchema, has_etag=True, example=examples.PROFILE)
    def update_profile(body: dict[str, Any]) -> Profile:
        """Update your profile

        Changes your username, your email address, or which emails you get; your sessions stay.
        Omitted fields keep their values. Set `email` to null to remove it. Changing it requires
        your password. A new address gets an email to verify it; the old one, if it was verified,
        gets a notice. To get the email again, send the same address. The username must not be based
        on your password. Rejecting it reveals the password, so a new username of eight or more
        characters counts as a wrong password.
        """
        current_password = body.pop("current_password", None)
        return use_cases.update_profile(
            caller(), ProfileChanges(**body), client_info(), precondition(), current_password
        )

    @blueprint.operation(
        "DELETE",
        "/v1/profile/",
        WrongPassword(),
        TooManyWrongPasswords(timedelta(seconds=30)),
        PreconditionFailed(),
        invalid={"password": [REQUIRED]},
        headers=[IF_MATCH],
    )
    @rate_limiter.by_address(PASSWORD)
    @rate_limiter.by_account(PASSWORD, _session_id, "session")
    @blueprint.body(DeleteAccountSchema, examples.CONFIRMATION)
    @blueprint.response(204)
    def delete_profile(body: dict[str, Any]) -> Response:
        """Delete your account

        Requires your password and cannot be undone. All tokens and your calendar feed stop working
        immediately. Your webhooks are deleted. Your upcoming events are called off, with the reason
        that your account was deleted. Your drafts are deleted, and you leave all waitlists. Your
        seats in upcoming events go to the people on their waitlists. Events that you published
        stay, without your username. The username becomes available.
        """
        use_cases.delete_account(caller(), body["password"], client_info(), precondition())
        return no_content()

    @blueprint.operation(
        "POST",
        "/v1/profile/password/",
        WrongPassword(),
        TooManyWrongPasswords(timedelta(seconds=30)),
        invalid={"new_password": ["This password is too common."]},
    )
    @rate_limiter.by_address(PASSWORD)
    @rate_limiter.by_account(PASSWORD, _session_id, "session")
    @blueprint.body(ChangePasswordSchema, examples.NEW_PASSWORD)
    @blueprint.response(204)
    def change_password(body: dict[str, Any]) -> Response:
        """Change your password

        Requires your current password. Ends all your other sessions; their tokens stop working
        immediately. Your calendar feed keeps working.
        """
        use_cases.change_password(
            caller(), body["current_password"], body["new_password"], client_info()
        )
        return no_content()

    return blueprint


def _user_id() -> str:
    return str(caller().user_id)


def _session_id() -> str:
    """Not the account: a token of an ended session must not use up its attempts."""
    return str(caller().session_id)
