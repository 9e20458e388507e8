"""The routes of signing up and of tokens, which need no access token."""

from datetime import timedelta
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
from adapters.http.openapi.tags import ACCOUNTS, SESSIONS
from adapters.http.problems.responses import REQUIRED
from adapters.http.rate_limits import LOG_IN, REFRESH, SIGN_UP, RateLimiter
from adapters.http.requests.client_info import USER_AGENT, client_info
from adapters.http.responses.json import disable_storing, no_content
from application.accounts.token_pair import TokenPair
from application.ports.account_queries import Profile
from application.use_cases import UseCases
from domain.accounts.credentials import fold_username
from domain.accounts.errors import (
    InvalidCredentials,
    InvalidToken,
    RefreshTokenReused,
    RefreshTokenSuperseded,
    TooManyWrongPasswords,
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
    blueprint = Blueprint("access", SESSIONS)
    blueprint.after_request(disable_storing)

    @blueprint.operation(
        "POST",
        "/v1/profile/signup/",
        UsernameTaken("ada"),
        invalid=examples.INVALID_SIGN_UP,
        tag=ACCOUNTS,
    )
    @rate_limiter.by_address(SIGN_UP)
    @blueprint.body(SignUpSchema, examples.SIGN_UP)
    @blueprint.response(201, ProfileSchema, example=examples.NEW_PROFILE, links=LOG_IN_LINK)
    @rate_limiter.by_account(SIGN_UP, _username)
    def create_account(body: dict[str, Any]) -> Profile:
        """Sign up

        Usernames are case-insensitive. The email address is optional and private. It gets a mail
        with a token that verifies it. A forgotten password can only be reset with a verified
        address. Common passwords and passwords based on the username are rejected.
        """
        return use_cases.sign_up(**body)

    @blueprint.operation(
        "POST",
        "/v1/profile/token/",
        InvalidCredentials(),
        TooManyWrongPasswords(timedelta(seconds=30)),
        invalid={"password": [REQUIRED]},
        has_oauth_errors=True,
        headers=[USER_AGENT],
    )
    @rate_limiter.by_address(LOG_IN)
    @blueprint.body(LogInSchema, examples.CREDENTIALS, form=LogInFormSchema)
    @blueprint.response(200, TokenPairSchema, example=examples.TOKEN_PAIR, links=TOKEN_LINKS)
    @rate_limiter.by_account(LOG_IN, _username_and_network, "account and address")
    def create_token(body: dict[str, Any]) -> dict[str, Any]:
        """Log in

        Returns an access token, valid for one hour, and a refresh token, valid for one day. Send
        the access token with every request: `Authorization: Bearer <access_token>`. The body can
        also be a form, as in the OAuth 2 password grant (RFC 6749 section 4.3.2); errors have the
        OAuth 2 members `error` and `error_description`, too. After five wrong passwords in a row,
        logins must wait 30 seconds. Each further wrong password doubles the wait, up to 12 hours.
        Addresses that recently logged in to the account are counted separately.
        """
        return _token_response(use_cases.log_in(body["username"], body["password"], client_info()))

    @blueprint.operation(
        "POST",
        "/v1/profile/token/refresh/",
        InvalidToken(),
        RefreshTokenSuperseded(),
        RefreshTokenReused(),
        invalid={"refresh_token": [REQUIRED]},
        headers=[USER_AGENT],
    )
    @rate_limiter.by_address(REFRESH)
    @blueprint.body(RefreshSchema, examples.REFRESH)
    @blueprint.response(200, TokenPairSchema, example=examples.TOKEN_PAIR, links=TOKEN_LINKS)
    @rate_limiter.by_account(
        REFRESH,
        lambda body: str(use_cases.find_token_session(body["refresh_token"])),
        "session",
    )
    def refresh_token(body: dict[str, Any]) -> dict[str, Any]:
        """Refresh tokens

        Exchanges a refresh token for a new token pair. Each refresh token works once; reusing one
        ends its session. For a few seconds, the token that the latest refresh replaced is only
        rejected (`refresh_token_superseded`), because another tab may send it at the same time. A
        session ends 30 days after login by default; then log in again.
        """
        return _token_response(use_cases.refresh_session(body["refresh_token"], client_info()))

    @blueprint.operation(
        "POST", "/v1/profile/token/verify/", InvalidToken(), invalid={"token": [REQUIRED]}
    )
    @blueprint.body(VerifySchema, examples.VERIFY)
    @blueprint.response(200, VerifiedTokenSchema, example=examples.VERIFIED)
    def verify_token(body: dict[str, Any]) -> dict[str, Any]:
        """Verify a token

        Checks an access or refresh token. Returns 401 if it is expired, used, revoked, or not
        issued by this service.
        """
        claims = use_cases.verify_token(body["token"])
        return {
            "token_type": claims.type,
            "user_id": claims.user_id,
            "expires_at": claims.expires_at,
        }

    @blueprint.operation("POST", "/v1/profile/token/revoke/", invalid={"refresh_token": [REQUIRED]})
    @blueprint.body(RevokeSchema, examples.REFRESH)
    @blueprint.response(204)
    def revoke_token(body: dict[str, Any]) -> Response:
        """Log out

        Ends the session of this refresh token. All tokens of the session stop working immediately.
        Returns 204 even if the token is unknown, used, or expired (RFC 7009 section 2.2).
        """
        use_cases.revoke_token(body["refresh_token"], client_info())
        return no_content()

    return blueprint


def _username(body: dict[str, Any]) -> str:
    return fold_username(body["username"])


def _username_and_network(body: dict[str, Any]) -> str:
    """By account alone, anyone could use up the logins of others."""
    return f"{_username(body)} {client_info().network}"


def _token_response(pair: TokenPair) -> dict[str, Any]:
    """The access token response of OAuth 2 (RFC 6749 section 5.1)."""
    return {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "token_type": "Bearer",
        "expires_in": int(pair.expires_in.total_seconds()),
        "refresh_expires_in": int(pair.refresh_expires_in.total_seconds()),
    }
