from collections.abc import Sequence
from dataclasses import dataclass

from application.ports.account_queries import Credentials
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.password_hasher import PasswordHasher
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.errors import TooManyWrongPasswords
from domain.accounts.password_attempts import wait_after
from domain.accounts.session import ClientInfo


@dataclass(frozen=True)
class ComparePassword:
    """Return the first password that matches, or None. Count failures.

    Raises TooManyWrongPasswords.
    """

    new_work: UnitOfWorkFactory
    hasher: PasswordHasher
    clock: Clock
    audit: AuditLog

    def __call__(
        self, credentials: Credentials, passwords: Sequence[str], client_info: ClientInfo
    ) -> str | None:
        user, attempts, _ = credentials
        try:
            attempts.require_allowed(self.clock.now())
            # Outside a unit of work: hashing is slow on purpose and must not hold a connection.
            matching = self._first_match(passwords, user.password_hash if user else None)
            if attempts.is_next_limited:
                self._count_alone(credentials)
            elif matching is None:
                self._count_failure(credentials)
        except TooManyWrongPasswords:
            audit_event = AuditEvent.TOO_MANY_WRONG_PASSWORDS
            self.audit.record(audit_event, user.id if user else None, client_info=client_info)
            raise
        return matching

    def _first_match(self, passwords: Sequence[str], password_hash: str | None) -> str | None:
        matches = (each for each in passwords if self.hasher.matches(each, password_hash))
        return next(matches, None)

    def _count_alone(self, credentials: Credentials) -> None:
        """Count an attempt that is followed by a wait, even if it is right.

        Raises TooManyWrongPasswords if another attempt has been counted meanwhile: of concurrent
        attempts, only one may learn whether its password is right.
        """
        failures = self._count_failure(credentials)
        if failures > credentials.attempts.failures + 1:
            raise TooManyWrongPasswords(wait_after(failures))

    @retry_on_contention
    def _count_failure(self, credentials: Credentials) -> int:
        with self.new_work() as work:
            key = credentials.attempts_key
            failures = work.password_attempts.count_failure(key, self.clock.now())
            work.commit()
        return failures
