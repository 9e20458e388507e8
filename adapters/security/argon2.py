from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore

from argon2 import PasswordHasher as Argon2
from argon2 import Type
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from application.errors import Unavailable
from application.ports.password_hasher import PasswordHasher

KIB_PER_MIB = 1024
# How long a hash waits for free memory before it raises Unavailable.
WAIT_TIMEOUT_S = 2


@dataclass(frozen=True)
class Argon2Parameters:
    memory_kib: int
    passes: int
    lanes: int


# OWASP Password Storage Cheat Sheet, minimum for Argon2id.
OWASP_MINIMUM = Argon2Parameters(memory_kib=19 * KIB_PER_MIB, passes=2, lanes=1)


class Argon2Hasher(PasswordHasher):
    """Argon2id. Runs as many hashes at once as fit into `memory_mib`, but at least one."""

    def __init__(self, parameters: Argon2Parameters, memory_mib: int) -> None:
        self._argon2 = Argon2(
            time_cost=parameters.passes,
            memory_cost=parameters.memory_kib,
            parallelism=parameters.lanes,
            type=Type.ID,
        )
        self._slots = BoundedSemaphore(max(1, memory_mib * KIB_PER_MIB // parameters.memory_kib))
        self._decoy_hash = self.hash("decoy")

    def hash(self, password: str) -> str:
        with self._slot():
            return self._argon2.hash(password)

    def matches(self, password: str, password_hash: str | None) -> bool:
        try:
            with self._slot():
                self._argon2.verify(password_hash or self._decoy_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return self._argon2.check_needs_rehash(password_hash)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=WAIT_TIMEOUT_S):
            raise Unavailable
        try:
            yield
        finally:
            self._slots.release()
