from dataclasses import dataclass

from application.ports.account_queries import AccountQueries
from application.ports.clock import Clock
from application.ports.tokens import TokenClaims, Tokens, TokenType
from domain.accounts.errors import InvalidToken
from domain.accounts.session import token_hash


@dataclass(frozen=True)
class VerifyToken:
    """Return the claims of a valid access or refresh token. Raises InvalidToken."""

    accounts: AccountQueries
    tokens: Tokens
    clock: Clock

    def __call__(self, token: str) -> TokenClaims:
        claims = self.tokens.read(token)
        now = self.clock.now()
        if claims.expires_at <= now:
            raise InvalidToken
        newest = self.accounts.find_refresh_token_hash(claims.session_id, claims.user_id, now)
        if newest is None:
            raise InvalidToken
        if claims.type is TokenType.REFRESH and newest != token_hash(token):
            raise InvalidToken
        return claims
