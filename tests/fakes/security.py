from application.ports.password_hasher import PasswordHasher
from application.ports.tokens import TokenClaims, Tokens
from domain.accounts.errors import InvalidToken
from tests.fakes.clock import FakeClock


class ReversingHasher(PasswordHasher):
    def hash(self, password: str) -> str:
        return password[::-1]

    def matches(self, password: str, password_hash: str | None) -> bool:
        return password_hash == password[::-1]


class TokensInMemory(Tokens):
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._issued: dict[str, TokenClaims] = {}

    def issue(self, claims: TokenClaims) -> str:
        token = f"{claims.type} {claims.token_id}"
        self._issued[token] = claims
        return token

    def read(self, token: str) -> TokenClaims:
        claims = self._issued.get(token)
        if claims is None or claims.expires_at <= self._clock.now():
            raise InvalidToken
        return claims
