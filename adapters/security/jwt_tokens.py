from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Flask, current_app
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    decode_token,
)
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import MissingRequiredClaimError, PyJWTError

from application.ports.tokens import TokenClaims, Tokens, TokenType
from domain.accounts.errors import InvalidToken

ISSUER = AUDIENCE = "turnout"
ALGORITHM = "HS256"
REQUIRED_CLAIMS = ("iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "type")
CREATE: Mapping[TokenType, Callable[..., str]] = {
    TokenType.ACCESS: create_access_token,
    TokenType.REFRESH: create_refresh_token,
}

# What reading any text as a token can raise: the built-in ones come of ids and times that are none.
UNREADABLE = (
    PyJWTError,
    JWTExtendedException,
    ValueError,
    TypeError,
    OverflowError,
    OSError,
)


# Clients send one access token for an hour: its signature is checked when it comes first. Each
# takes some 2 KiB; a text that is no good token is not kept.
REMEMBERED = 4096


class JwtTokens(Tokens):
    """JSON web tokens by flask-jwt-extended, in the context of the app that `configure_jwt` met."""

    def __init__(self) -> None:
        self._claims_of = lru_cache(REMEMBERED)(_read)

    def issue(self, claims: TokenClaims) -> str:
        return CREATE[claims.type](
            identity=str(claims.user_id),
            additional_headers={"kid": current_app.config["JWT_ENCODE_KEY_ID"]},
            additional_claims={
                "jti": str(claims.token_id),
                "sid": str(claims.session_id),
                "iat": claims.issued_at,
                "nbf": claims.issued_at,
                "exp": claims.expires_at,
            },
        )

    def read(self, token: str) -> TokenClaims:
        return self._claims_of(token)


def _read(token: str) -> TokenClaims:
    try:
        # Whether it has expired is for the use cases to say, by their own clock.
        claims = decode_token(token, allow_expired=True)
        return TokenClaims(
            type=TokenType(claims["type"]),
            token_id=UUID(str(claims["jti"])),
            user_id=UUID(str(claims["sub"])),
            session_id=UUID(str(claims["sid"])),
            issued_at=datetime.fromtimestamp(claims["iat"], UTC),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )
    except UNREADABLE as error:
        raise InvalidToken from error


def configure_jwt(app: Flask, secret_key: str, previous_secret_key: str | None) -> None:
    """Fix algorithm, issuer and audience, and require every claim (RFC 8725 section 3).

    Tokens are signed with `secret_key`; those signed with the previous one stay good.
    """
    keys = {_key_id(key): key for key in (previous_secret_key, secret_key) if key}
    app.config.update(
        JWT_SECRET_KEY=secret_key,
        JWT_ALGORITHM=ALGORITHM,
        JWT_DECODE_ALGORITHMS=[ALGORITHM],
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
        JWT_ENCODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_AUDIENCE=AUDIENCE,
        JWT_COOKIE_CSRF_PROTECT=False,  # there are no cookies
        JWT_ENCODE_KEY_ID=_key_id(secret_key),
    )

    def key_for(header: dict[str, Any], claims: dict[str, Any]) -> str:
        # flask-jwt-extended gives absent claims a default, so they are missed before it does.
        for name in REQUIRED_CLAIMS:
            if name not in claims:
                raise MissingRequiredClaimError(name)
        # The token only picks one of the keys here (RFC 8725 section 3.10).
        return keys.get(str(header.get("kid")), secret_key)

    JWTManager(app).decode_key_loader(key_for)


def _key_id(key: str) -> str:
    """A name for the key (RFC 7515 section 4.1.4) that does not give it away."""
    return sha256(key.encode()).hexdigest()[:16]
