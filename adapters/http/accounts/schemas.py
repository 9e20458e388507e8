"""The JSON of profiles and tokens."""

from marshmallow import Schema, fields, validate

from adapters.http.fields import Instant, Seconds, Text
from application.ports.tokens import TokenType
from domain.accounts.credentials import (
    PASSWORD_MAX_LENGTH,
    PASSWORD_MIN_LENGTH,
    USERNAME_MAX_LENGTH,
    USERNAME_PATTERN,
)

EMAIL_MAX_LENGTH = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets


class Email(Text, fields.Email):
    """An address that Text takes, too."""


class SignUpSchema(Schema):
    username = Text(
        required=True,
        validate=[
            validate.Length(1, USERNAME_MAX_LENGTH),
            validate.Regexp(USERNAME_PATTERN + r"\Z", error="Use letters, digits and @.+-_ only."),
        ],
        metadata={
            "description": "Unique without regard to case.",
            "pattern": USERNAME_PATTERN,
        },
    )
    password = Text(
        required=True,
        load_only=True,
        validate=validate.Length(PASSWORD_MIN_LENGTH, PASSWORD_MAX_LENGTH),
        metadata={"format": "password"},
    )
    # Beyond what marshmallow checks, no white space of any kind.
    email = Email(
        load_default=None,
        allow_none=True,
        validate=[
            validate.Length(max=EMAIL_MAX_LENGTH),
            validate.Regexp(r"\S+\Z", error="Not a valid email address."),
        ],
    )


class ProfileSchema(Schema):
    id = fields.UUID(required=True)
    username = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    created_at = Instant(required=True)


class LogInSchema(Schema):
    username = Text(required=True)
    password = Text(required=True, load_only=True, metadata={"format": "password"})


class RefreshSchema(Schema):
    refresh_token = Text(required=True)


class TokenPairSchema(Schema):
    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    token_type = fields.String(required=True, dump_default="Bearer", metadata={"enum": ["Bearer"]})
    expires_in = Seconds(
        required=True, metadata={"description": "Seconds that the access token is good for."}
    )
    refresh_expires_in = Seconds(
        required=True, metadata={"description": "Seconds that the refresh token is good for."}
    )


class VerifySchema(Schema):
    token = Text(required=True)


class VerifiedTokenSchema(Schema):
    token_type = fields.Enum(TokenType, by_value=fields.String, required=True, attribute="type")
    user_id = fields.UUID(required=True)
    expires_at = Instant(required=True)
