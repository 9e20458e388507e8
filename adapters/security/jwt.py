"""JSON Web Tokens (RFC 7519), signed with HS256."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

import jwt

from application.ports.tokens import TokenClaims, Tokens, TokenType
from domain.accounts.errors import InvalidToken

ISSUER = AUDIENCE = "turnout"
ALGORITHM = "HS256"
REQUIRED_CLAIMS = ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "type"]
# LRU size for verified tokens, some 2 KiB each: clients send the same access token for an hour.
# Invalid tokens are not cached.
CACHED_TOKENS = 4096


class JwtTokens(Tokens):
    """Signs with `secret_key`; tokens signed with the previous key remain valid.

    The clock of the instance that issued a token can be ahead by `leeway`.
    Algorithm, issuer and audience are fixed, and all claims are required (RFC 8725 section 3).
    """

    def __init__(
        self,
        secret_key: str,
        previous_secret_key: str | None = None,
        leeway: timedelta = timedelta(0),
    ) -> None:
        self._secret_key = secret_key
        self._keys = {_key_id(key): key for key in (previous_secret_key, secret_key) if key}
        self._headers = {"kid": _key_id(secret_key)}
        self._leeway = leeway
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
            # The token only selects one of our keys (RFC 8725 section 3.10).
            key_id = str(jwt.get_unverified_header(token).get("kid"))
            claims = jwt.decode(
                token,
                self._keys.get(key_id, self._secret_key),
                [ALGORITHM],
                # The use cases check the expiry, with their own clock.
                {"require": REQUIRED_CLAIMS, "verify_exp": False},
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=self._leeway,  # of iat and nbf
            )
            return TokenClaims(
                type=TokenType(claims["type"]),
                token_id=UUID(claims["jti"]),
                user_id=UUID(claims["sub"]),
                session_id=UUID(claims["sid"]),
                issued_at=datetime.fromtimestamp(claims["iat"], UTC),
                expires_at=datetime.fromtimestamp(claims["exp"], UTC),
            )
        # The built-in errors come from malformed ids and timestamps.
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
    """A key id (RFC 7515 section 4.1.4) that does not reveal the key."""
    return sha256(key.encode()).hexdigest()[:16]
