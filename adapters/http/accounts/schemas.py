"""The JSON of profiles and tokens."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validate

from adapters.http.pagination.page import PageSchema
from adapters.http.requests.fields import Instant, ResponseSchema, Text
from application.ports.tokens import TokenType
from domain.accounts.credentials import (
    PASSWORD_MAX_LENGTH,
    PASSWORD_MIN_LENGTH,
    USERNAME_MAX_LENGTH,
    USERNAME_PATTERN,
    Password,
    Username,
)
from domain.accounts.user import ProfileChanges
from domain.text import CONTROL

NO_CONTROL_CHARACTERS = rf"^[^{CONTROL}]*$"
EMAIL_MAX_LENGTH = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets


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


def _known_password() -> Text:
    metadata = {"format": "password", "example": "correct horse battery"}
    return Text(required=True, load_only=True, metadata=metadata)


def _email(**options: Any) -> Email:
    return Email(
        metadata={"description": "Only you can see it. Turnout sends no email."},
        allow_none=True,
        validate=[
            validate.Length(max=EMAIL_MAX_LENGTH),
            # marshmallow allows some whitespace and control characters.
            validate.Regexp(rf"[^\s{CONTROL}]+\Z", error="Not a valid email address."),
        ],
        **options,
    )


class SignUpSchema(Schema):
    username = _username(required=True)
    password = _new_password()
    email = _email(load_default=None)


class ChangeProfileSchema(Schema):
    """Omitted fields keep their values; a null email removes it."""

    username = _username()
    email = _email()

    @post_load
    def to_changes(self, data: dict[str, Any], **kwargs: Any) -> ProfileChanges:
        return ProfileChanges(**data)


class ChangePasswordSchema(Schema):
    current_password = _known_password()
    new_password = _new_password()


class DeleteAccountSchema(Schema):
    password = _known_password()


class ProfileSchema(ResponseSchema):
    id = fields.UUID()
    username = fields.String()
    email = fields.String(allow_none=True)
    created_at = Instant()


class LogInSchema(Schema):
    username = Text(
        required=True,
        metadata={
            "description": "Case-insensitive; surrounding whitespace is ignored.",
            "example": "ada",
        },
    )
    password = _known_password()
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
