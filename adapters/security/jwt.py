"""JSON web tokens (RFC 7519), signed with HS256."""

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

import jwt

from application.ports.tokens import TokenClaims, Tokens, TokenType
from domain.accounts.errors import InvalidToken

ISSUER = AUDIENCE = "turnout"
ALGORITHM = "HS256"
REQUIRED_CLAIMS = ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "type"]
# LRU size for the claims of tokens that were verified, some 2 KiB each: a client sends the same
# access token for an hour. A text that is no valid token is not kept.
CACHED_TOKENS = 4096


class JwtTokens(Tokens):
    """Tokens are signed with `secret_key`; those signed with the previous one stay valid.

    Algorithm, issuer and audience are fixed, and every claim is required (RFC 8725 section 3).
    """

    def __init__(self, secret_key: str, previous_secret_key: str | None = None) -> None:
        self._secret_key = secret_key
        self._keys = {_key_id(key): key for key in (previous_secret_key, secret_key) if key}
        self._headers = {"kid": _key_id(secret_key)}
        self._claims_of = lru_cache(CACHED_TOKENS)(self._decode)

    def issue(self, claims: TokenClaims) -> str:
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "jti": str(claims.token_id),
            "iat": claims.issued_at,
            "nbf": claims.issued_at,
            "exp": claims.expires_at,
            "type": claims.type,
        }
        return jwt.encode(payload, self._secret_key, ALGORITHM, self._headers)

    def read(self, token: str) -> TokenClaims:
        return self._claims_of(token)

    def _decode(self, token: str) -> TokenClaims:
        try:
            # The token only picks one of the keys here (RFC 8725 section 3.10).
            key_id = str(jwt.get_unverified_header(token).get("kid"))
            claims = jwt.decode(
                token,
                self._keys.get(key_id, self._secret_key),
                [ALGORITHM],
                # Whether it has expired is for the use cases to say, by their own clock.
                {"require": REQUIRED_CLAIMS, "verify_exp": False},
                issuer=ISSUER,
                audience=AUDIENCE,
            )
            return TokenClaims(
                type=TokenType(claims["type"]),
                token_id=UUID(claims["jti"]),
                user_id=UUID(claims["sub"]),
                session_id=UUID(claims["sid"]),
                issued_at=datetime.fromtimestamp(claims["iat"], UTC),
                expires_at=datetime.fromtimestamp(claims["exp"], UTC),
            )
        # The built-in ones are of ids and instants that are none.
        except (
            jwt.PyJWTError,
            ValueError,
            TypeError,
            AttributeError,
            OverflowError,
            OSError,
        ) as error:
            raise InvalidToken from error


def _key_id(key: str) -> str:
    """A name for the key (RFC 7515 section 4.1.4) that does not reveal it."""
    return sha256(key.encode()).hexdigest()[:16]
