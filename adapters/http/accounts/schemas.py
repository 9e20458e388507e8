"""The JSON of profiles and tokens."""

from marshmallow import Schema, fields, validate

from adapters.http.fields import AnswerSchema, Instant, Seconds, Text
from application.ports.tokens import TokenType
from domain.accounts.credentials import (
    PASSWORD_MAX_LENGTH,
    PASSWORD_MIN_LENGTH,
    USERNAME_MAX_LENGTH,
    USERNAME_PATTERN,
    Password,
    Username,
)

EMAIL_MAX_LENGTH = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets


class Email(Text, fields.Email):
    """An address that Text takes, too."""


class SignUpSchema(Schema):
    username = Text(
        rule=Username,
        required=True,
        metadata={
            "description": "Unique without regard to case.",
            "minLength": 1,
            "maxLength": USERNAME_MAX_LENGTH,
            "pattern": USERNAME_PATTERN,
        },
    )
    password = Text(
        rule=Password,
        required=True,
        load_only=True,
        metadata={
            "minLength": PASSWORD_MIN_LENGTH,
            "maxLength": PASSWORD_MAX_LENGTH,
            "format": "password",
        },
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


class ProfileSchema(AnswerSchema):
    id = fields.UUID()
    username = fields.String()
    email = fields.String(allow_none=True)
    created_at = Instant()


class LogInSchema(Schema):
    username = Text(required=True)
    password = Text(required=True, load_only=True, metadata={"format": "password"})


class RefreshSchema(Schema):
    refresh_token = Text(required=True)


class TokenPairSchema(AnswerSchema):
    access_token = fields.String()
    refresh_token = fields.String()
    token_type = fields.String(dump_default="Bearer", metadata={"enum": ["Bearer"]})
    expires_in = Seconds(metadata={"description": "Seconds that the access token is good for."})
    refresh_expires_in = Seconds(
        metadata={"description": "Seconds that the refresh token is good for."}
    )


class VerifySchema(Schema):
    token = Text(required=True)


class VerifiedTokenSchema(AnswerSchema):
    token_type = fields.Enum(TokenType, by_value=fields.String, attribute="type")
    user_id = fields.UUID()
    expires_at = Instant()
