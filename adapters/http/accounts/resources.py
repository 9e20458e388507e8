"""The routes of one's own account."""

from collections.abc import Callable
from typing import Any

from adapters.http.accounts import examples
from adapters.http.accounts.schemas import ProfileSchema, SignUpSchema
from adapters.http.auth import caller
from adapters.http.blueprint import Blueprint
from application.accounts.show_profile import ShowProfile
from application.accounts.sign_up import SignUp
from application.ports.account_queries import Profile
from domain.accounts.credentials import Password, Username
from domain.accounts.errors import UsernameTaken


def sign_up_blueprint(sign_up: SignUp) -> Blueprint:
    blueprint = Blueprint("sign_up", "Opening an account.")

    @blueprint.operation("POST", "/v1/profile/signup/", UsernameTaken("ada"))
    @blueprint.body(SignUpSchema, examples.SIGN_UP)
    @blueprint.response(201, ProfileSchema, example=examples.PROFILE)
    def create_account(body: dict[str, Any]) -> Profile:
        """Open an account

        The username is unique without regard to case. The email address is optional and shown
        to nobody else.
        """
        return sign_up(Username(body["username"]), Password(body["password"]), body["email"])

    return blueprint


def profile_blueprint(show_profile: ShowProfile, authenticate: Callable[[], None]) -> Blueprint:
    blueprint = Blueprint("profile", "One's own account.", authenticate)

    @blueprint.operation("GET", "/v1/profile/")
    @blueprint.response(200, ProfileSchema, example=examples.PROFILE)
    def get_profile() -> Profile:
        """Show one's own profile

        Whose it is, the access token tells.
        """
        return show_profile(caller().user_id)

    return blueprint
