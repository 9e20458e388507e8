"""The routes of one's own account."""

from collections.abc import Callable

from adapters.http.accounts import examples
from adapters.http.accounts.schemas import ProfileSchema
from adapters.http.auth import caller
from adapters.http.blueprint import Blueprint
from application.accounts.show_profile import ShowProfile
from application.ports.account_queries import Profile


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
