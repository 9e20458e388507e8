"""The routes that need no access token: to an account, and to tokens."""

from typing import Any

from flask import Response

from adapters.http.accounts import examples
from adapters.http.accounts.schemas import (
    LogInFormSchema,
    LogInSchema,
    ProfileSchema,
    RefreshSchema,
    RevokeSchema,
    SignUpSchema,
    TokenPairSchema,
    VerifiedTokenSchema,
    VerifySchema,
)
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.links import body_link
from adapters.http.rate_limits import LOG_IN, REFRESH, SIGN_UP, RateLimiter
from adapters.http.requests.client_info import USER_AGENT, client_info
from adapters.http.responses.json import disable_storing, no_content
from application.accounts.token_pair import TokenPair
from application.ports.account_queries import Profile
from application.use_cases import UseCases
from domain.accounts.credentials import fold_case
from domain.accounts.errors import (
    InvalidCredentials,
    InvalidToken,
    RefreshTokenReused,
    UsernameTaken,
)

LOG_IN_LINK = body_link(
    "createToken", {"username": "$request.body#/username", "password": "$request.body#/password"}
)
REFRESH_TOKEN = {"refresh_token": "$response.body#/refresh_token"}
TOKEN_LINKS = (
    body_link("refreshToken", REFRESH_TOKEN)
    | body_link("revokeToken", REFRESH_TOKEN)
    | body_link("verifyToken", {"token": "$response.body#/access_token"})
)


def access_blueprint(use_cases: UseCases, rate_limiter: RateLimiter) -> Blueprint:
    blueprint = Blueprint("access", "Signing up, logging in, staying logged in, logging out.")
    blueprint.after_request(disable_storing)

    @blueprint.operation("POST", "/v1/profile/signup/", UsernameTaken("ada"))
    @blueprint.body(SignUpSchema, examples.SIGN_UP)
    @blueprint.response(201, ProfileSchema, example=examples.PROFILE, links=LOG_IN_LINK)
    @rate_limiter.limit(SIGN_UP, account_of=lambda body: fold_case(body["username"]))
    def create_account(body: dict[str, Any]) -> Profile:
        """Open an account

        The username is unique without regard to case. The email address is optional and shown
        to nobody else. Common passwords are refused, and those that are hardly more than the
        username.
        """
        return use_cases.sign_up(**body)

    @blueprint.operation("POST", "/v1/profile/token/", InvalidCredentials(), headers=[USER_AGENT])
    @blueprint.body(LogInSchema, examples.CREDENTIALS, form=LogInFormSchema)
    @blueprint.response(200, TokenPairSchema, example=examples.TOKEN_PAIR, links=TOKEN_LINKS)
    @rate_limiter.limit(LOG_IN, account_of=lambda body: fold_case(body["username"]))
    def create_token(body: dict[str, Any]) -> dict[str, Any]:
        """Log in

        Send the access token with every request: `Authorization: Bearer <access_token>`. It is
        good for an hour, the refresh token for a day. A wrong username and a wrong password are
        the same answer. The body may also be a form, as in the password grant of OAuth 2
        (RFC 6749 section 4.3.2).
        """
        return _token_response(use_cases.log_in(body["username"], body["password"], client_info()))

    @blueprint.operation(
        "POST",
        "/v1/profile/token/refresh/",
        InvalidToken(),
        RefreshTokenReused(),
        headers=[USER_AGENT],
    )
    @blueprint.body(RefreshSchema, examples.REFRESH)
    @blueprint.response(200, TokenPairSchema, example=examples.TOKEN_PAIR, links=TOKEN_LINKS)
    @rate_limiter.limit(
        REFRESH, account_of=lambda body: str(use_cases.find_token_owner(body["refresh_token"]))
    )
    def refresh_token(body: dict[str, Any]) -> dict[str, Any]:
        """Spend a refresh token for a new pair

        A refresh token is good once. Sending one again ends its session: whoever holds the newer
        tokens must log in again.
        """
        return _token_response(use_cases.refresh_session(body["refresh_token"], client_info()))

    @blueprint.operation("POST", "/v1/profile/token/revoke/")
    @blueprint.body(RevokeSchema, examples.REFRESH)
    @blueprint.response(204)
    def revoke_token(body: dict[str, Any]) -> Response:
        """Log out

        Ends the session of the refresh token: all its tokens stop working at once. Also 204 for a
        token that is unknown, spent or expired (RFC 7009 section 2.2).
        """
        use_cases.revoke_token(body["refresh_token"], client_info())
        return no_content()

    @blueprint.operation("POST", "/v1/profile/token/verify/", InvalidToken())
    @blueprint.body(VerifySchema, examples.VERIFY)
    @blueprint.response(200, VerifiedTokenSchema, example=examples.VERIFIED)
    def verify_token(body: dict[str, Any]) -> dict[str, Any]:
        """Tell whether a token is good now

        Takes access and refresh tokens. One that is expired, spent, revoked or none of this
        service's is 401.
        """
        claims = use_cases.verify_token(body["token"])
        return {
            "token_type": claims.type,
            "user_id": claims.user_id,
            "expires_at": claims.expires_at,
        }

    return blueprint


def _token_response(pair: TokenPair) -> dict[str, Any]:
    """As OAuth 2 has it (RFC 6749 section 5.1)."""
    return {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "token_type": "Bearer",
        "expires_in": int(pair.expires_in.total_seconds()),
        "refresh_expires_in": int(pair.refresh_expires_in.total_seconds()),
    }
