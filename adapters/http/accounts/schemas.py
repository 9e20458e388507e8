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

EMAIL_MAX_LENGTH = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets


class Email(Text, fields.Email):
    """An address that Text takes, too."""


def _username(**options: Any) -> Text:
    return Text(
        rule=Username,
        metadata={
            "description": "Unique without regard to case.",
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
            "minLength": PASSWORD_MIN_LENGTH,
            "maxLength": PASSWORD_MAX_LENGTH,
            "format": "password",
        },
    )


def _known_password() -> Text:
    return Text(required=True, load_only=True, metadata={"format": "password"})


def _email(**options: Any) -> Email:
    return Email(
        allow_none=True,
        validate=[
            validate.Length(max=EMAIL_MAX_LENGTH),
            # Beyond what marshmallow checks, no white space of any kind.
            validate.Regexp(r"\S+\Z", error="Not a valid email address."),
        ],
        **options,
    )


class SignUpSchema(Schema):
    username = _username(required=True)
    password = _new_password()
    email = _email(load_default=None)


class ChangeProfileSchema(Schema):
    """What to change; a null email is taken away."""

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
    username = Text(required=True)
    password = _known_password()
    grant_type = Text(
        load_default="password",
        validate=validate.Equal("password"),
        metadata={"description": "As OAuth 2 has it; may be left out.", "enum": ["password"]},
    )


class LogInFormSchema(LogInSchema):
    """What else is in the form is ignored (RFC 6749 section 3.2)."""

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
        metadata={"description": "Seconds that the access token is good for."}
    )
    refresh_expires_in = fields.Integer(
        metadata={"description": "Seconds that the refresh token is good for."}
    )


class VerifySchema(Schema):
    token = Text(required=True)


class VerifiedTokenSchema(ResponseSchema):
    token_type = fields.Enum(TokenType, by_value=fields.String)
    user_id = fields.UUID()
    expires_at = Instant()


class SessionSchema(ResponseSchema):
    id = fields.UUID()
    created_at = Instant(metadata={"description": "When it was opened, by a login."})
    last_used_at = Instant(metadata={"description": "When its tokens were last refreshed."})
    user_agent = fields.String(
        allow_none=True, metadata={"description": "The User-Agent that was sent then."}
    )
    ip = fields.String(allow_none=True, metadata={"description": "The address it came from then."})
    current = fields.Boolean(metadata={"description": "Whether it is the one that asks."})


class SessionPageSchema(PageSchema):
    results = fields.List(fields.Nested(SessionSchema))
