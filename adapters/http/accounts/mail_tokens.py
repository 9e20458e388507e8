"""The routes of tokens in mails, which need no access token."""

from typing import Any

from flask import Response

from adapters.http.accounts import examples
from adapters.http.accounts.schemas import (
    RequestPasswordResetSchema,
    ResetPasswordSchema,
    VerifyEmailSchema,
)
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.tags import ACCOUNTS
from adapters.http.problems.responses import REQUIRED
from adapters.http.rate_limits import MAIL_TOKEN, RESET_PASSWORD, RateLimiter
from adapters.http.requests.client_info import client_info
from adapters.http.responses.json import disable_storing, no_content
from application.use_cases import UseCases
from domain.accounts.errors import InvalidMailToken, MailDisabled

RESET = "/v1/profile/password/reset/"


def mail_tokens_blueprint(use_cases: UseCases, rate_limiter: RateLimiter) -> Blueprint:
    blueprint = Blueprint("mail_tokens", ACCOUNTS)
    blueprint.after_request(disable_storing)

    @blueprint.operation(
        "POST", "/v1/profile/email/verify/", InvalidMailToken(), invalid={"token": [REQUIRED]}
    )
    @rate_limiter.by_address(MAIL_TOKEN)
    @blueprint.body(VerifyEmailSchema, examples.MAIL_TOKEN)
    @blueprint.response(204)
    def verify_email(body: dict[str, Any]) -> Response:
        """Verify an email address

        Takes the token from the email that a new address gets. It is valid for 24 hours and works
        once. You then get the emails that you have not turned off, and can reset a forgotten
        password.
        """
        use_cases.verify_email(body["token"], client_info())
        return no_content()

    @blueprint.operation("POST", RESET, MailDisabled(), invalid={"email": [REQUIRED]})
    @rate_limiter.by_address(RESET_PASSWORD)
    @blueprint.body(RequestPasswordResetSchema, examples.RESET)
    @blueprint.response(202)
    @rate_limiter.by_account(RESET_PASSWORD, _email, "email address")
    def request_password_reset(body: dict[str, Any]) -> Response:
        """Request a password reset

        Each account with this verified address gets an email with a token, which is valid for 30
        minutes and works once. The response is the same if there is no such account.
        """
        use_cases.request_password_reset(body["email"], client_info())
        return no_content(202)

    @blueprint.operation(
        "POST",
        f"{RESET}confirm/",
        InvalidMailToken(),
        invalid={"new_password": ["This password is too common."]},
    )
    @rate_limiter.by_address(MAIL_TOKEN)
    @blueprint.body(ResetPasswordSchema, examples.RESET_CONFIRMATION)
    @blueprint.response(204)
    def reset_password(body: dict[str, Any]) -> Response:
        """Reset your password

        Takes the token from the email and a new password. Ends all your sessions, so log in again.
        A rejected password does not use up the token.
        """
        use_cases.reset_password(body["token"], body["new_password"], client_info())
        return no_content()

    return blueprint


def _email(body: dict[str, Any]) -> str:
    email: str = body["email"]
    return email.lower()
