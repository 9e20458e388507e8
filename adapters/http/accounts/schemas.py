"""The JSON of profiles and tokens."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from adapters.http.pagination.page import PageSchema
from adapters.http.requests.fields import Instant, JsonBoolean, ResponseSchema, Text
from application.ports.tokens import TokenType
from domain.accounts.credentials import (
    PASSWORD_MAX_LENGTH,
    PASSWORD_MIN_LENGTH,
    USERNAME_MAX_LENGTH,
    USERNAME_PATTERN,
    Password,
    Username,
)
from domain.text import CONTROL

# Notices, which only go to a verified address.
PROMOTION = "when you get a seat from a waitlist."
EVENT_CHANGES = "when an event is called off, or its time or place changes."
REMINDER = "one day before an event that you attend."
NO_CONTROL_CHARACTERS = rf"^[^{CONTROL}]*$"
EMAIL_MAX_LENGTH = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets


# marshmallow also allows addresses that cannot get mails (adapters/mail/message.py): with quotes or
# other than ASCII characters in the local part, or `=?` (RFC 2047), or an IP address as the domain;
# and some whitespace and control characters.
MAIL_ADDRESS = rf"(?!.*=\?)[!#-~]+@[^\s\[{CONTROL}]+\Z"


class Email(Text, fields.Email):
    """An email address that also passes Text."""


def _username(**options: Any) -> Text:
    return Text(
        rule=Username,
        metadata={
            "description": "Unique, case-insensitive.",
            "minLength": 1,
            "maxLength": USERNAME_MAX_LENGTH,
            "pattern": USERNAME_PATTERN,
        },
        **options,
    )


def _new_password() -> Text:
    return Text(
        rule=Password,
        required=True,
        load_only=True,
        metadata={
            "description": "The length is checked after normalization (RFC 8265 OpaqueString).",
            "minLength": PASSWORD_MIN_LENGTH,
            "maxLength": PASSWORD_MAX_LENGTH,
            "pattern": NO_CONTROL_CHARACTERS,
            "format": "password",
        },
    )


def _known_password(description: str | None = None, **options: Any) -> Text:
    metadata = {"format": "password", "example": "correct horse battery"}
    if description:
        metadata["description"] = description
    return Text(load_only=True, metadata=metadata, **options)


def _email(description: str, **options: Any) -> Email:
    return Email(
        metadata={
            "description": f"{description} Up to {EMAIL_MAX_LENGTH} characters; only ASCII and no "
            "quotes before the @."
        },
        validate=[
            validate.Length(max=EMAIL_MAX_LENGTH),
            validate.Regexp(MAIL_ADDRESS, error="Not a valid email address."),
        ],
        **options,
    )


def _own_email(**options: Any) -> Email:
    description = "Only you can see it. A new address gets an email to verify it."
    return _email(description, allow_none=True, **options)


def _switch(description: str) -> JsonBoolean:
    return JsonBoolean(metadata={"description": f"Whether to get an email {description}"})


def _mail_token() -> Text:
    return Text(required=True, load_only=True, metadata={"description": "The token from an email."})


class SignUpSchema(Schema):
    username = _username(required=True)
    password = _new_password()
    email = _own_email(load_default=None)


class ChangeProfileSchema(Schema):
    """Omitted fields keep their values; a null email removes it."""

    username = _username()
    email = _own_email()
    notify_promotion = _switch(PROMOTION)
    notify_event_changes = _switch(EVENT_CHANGES)
    notify_reminder = _switch(REMINDER)
    current_password = _known_password("Required to change the email address.")


class ChangePasswordSchema(Schema):
    current_password = _known_password(required=True)
    new_password = _new_password()


class DeleteAccountSchema(Schema):
    password = _known_password(required=True)


class ProfileSchema(ResponseSchema):
    id = fields.UUID()
    username = fields.String()
    email = fields.String(allow_none=True)
    email_verified = fields.Boolean(
        metadata={"description": "Whether you have verified the address."}
    )
    notify_promotion = _switch(PROMOTION)
    notify_event_changes = _switch(EVENT_CHANGES)
    notify_reminder = _switch(REMINDER)
    created_at = Instant()


class VerifyEmailSchema(Schema):
    token = _mail_token()


class RequestPasswordResetSchema(Schema):
    email = _email("A verified address.", required=True)


class ResetPasswordSchema(Schema):
    token = _mail_token()
    new_password = _new_password()


class LogInSchema(Schema):
    username = Text(
        required=True,
        metadata={
            "description": "Case-insensitive; surrounding whitespace is ignored.",
            "example": "ada",
        },
    )
    password = _known_password(required=True)
    grant_type = Text(
        load_default="password",
        validate=validate.Equal("password"),
        metadata={"description": "OAuth 2 grant type. Optional.", "enum": ["password"]},
    )


class LogInFormSchema(LogInSchema):
    """Other form parameters are ignored (RFC 6749 section 3.2)."""

    class Meta:
        unknown = EXCLUDE


class RefreshSchema(Schema):
    refresh_token = Text(required=True)


class RevokeSchema(Schema):
    refresh_token = Text(required=True)


class TokenPairSchema(ResponseSchema):
    access_token = fields.String()
    refresh_token = fields.String()
    token_type = fields.String(metadata={"enum": ["Bearer"]})
    expires_in = fields.Integer(
        metadata={"description": "Lifetime of the access token in seconds."}
    )
    refresh_expires_in = fields.Integer(
        metadata={"description": "Lifetime of the refresh token in seconds."}
    )


class VerifySchema(Schema):
    token = Text(required=True)


class VerifiedTokenSchema(ResponseSchema):
    token_type = fields.Enum(TokenType, by_value=fields.String)
    user_id = fields.UUID()
    expires_at = Instant()


class SessionSchema(ResponseSchema):
    id = fields.UUID()
    created_at = Instant(metadata={"description": "Time of the login."})
    last_used_at = Instant(metadata={"description": "Time of the last login or token refresh."})
    user_agent = fields.String(
        allow_none=True, metadata={"description": "User-Agent at that time."}
    )
    ip = fields.String(allow_none=True, metadata={"description": "Client address at that time."})
    current = fields.Boolean(metadata={"description": "Whether this is the current session."})


class SessionPageSchema(PageSchema):
    results = fields.List(fields.Nested(SessionSchema))
