from argon2 import PasswordHasher as Argon2
from argon2 import Type
from argon2.exceptions import VerifyMismatchError

from application.ports.password_hasher import PasswordHasher

# OWASP Password Storage Cheat Sheet, the least for Argon2id: 19 MiB, 2 passes, 1 lane.
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1


class Argon2Hasher(PasswordHasher):
    def __init__(self) -> None:
        self._argon2 = Argon2(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        self._decoy_hash = self.hash("nobody's password")

    def hash(self, password: str) -> str:
        return self._argon2.hash(password)

    def matches(self, password: str, password_hash: str | None) -> bool:
        try:
            self._argon2.verify(password_hash or self._decoy_hash, password)
        except VerifyMismatchError:
            return False
        return password_hash is not None
