from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from application.accounts.compare_password import ComparePassword
from application.accounts.token_pair import IssueTokenPair, TokenPair
from application.ports.account_queries import AccountQueries
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.identifiers import NewId
from application.ports.password_attempts import KeyedDigest
from application.ports.password_hasher import PasswordHasher
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.credentials import fold_username, password_forms
from domain.accounts.errors import InvalidCredentials
from domain.accounts.session import ClientInfo, Session
from domain.accounts.user import User


@dataclass(frozen=True)
class LogIn:
    """Open a session that lasts at most `session_max_age`.

    Wrong passwords are counted by username. Each address that has logged in before has its own
    counter, so others cannot lock the user out there. Raises InvalidCredentials or
    TooManyWrongPasswords.
    """

    new_work: UnitOfWorkFactory
    accounts: AccountQueries
    compare: ComparePassword
    hasher: PasswordHasher
    digest: KeyedDigest
    issue_pair: IssueTokenPair
    clock: Clock
    new_id: NewId
    audit: AuditLog
    session_max_age: timedelta

    def __call__(self, username: str, password: str, client_info: ClientInfo) -> TokenPair:
        name = fold_username(username)
        known_address = self.digest("login", name, client_info.network)
        keys = (known_address, self.digest("login", name))
        credentials = self.accounts.find_credentials(username, keys, self.clock.now())
        current, *_ = forms = password_forms(password)
        matching = self.compare(credentials, forms, client_info)
        user = credentials.user
        if user is None or matching is None:
            self.audit.record(
                AuditEvent.LOGIN_FAILED, user.id if user else None, client_info=client_info
            )
            raise InvalidCredentials
        is_outdated = matching != current or self.hasher.is_outdated(user.password_hash)
        rehashed = self.hasher.hash(current) if is_outdated else user.password_hash
        succeeded = {known_address}
        if credentials.attempts.failures:
            succeeded.add(credentials.attempts_key)
        pair = self._open_session(user, rehashed, succeeded, client_info)
        # None: the hash was changed in the meantime. Compare the password again.
        return pair or self(username, password, client_info)

    @retry_on_contention
    def _open_session(
        self,
        checked: User,
        password_hash: str,
        attempts_keys: Collection[bytes],
        client_info: ClientInfo,
    ) -> TokenPair | None:
        """None if the password hash has changed since it was checked."""
        with self.new_work() as work:
            user = work.users.find_for_update(checked.id)
            if user is None or user.password_hash != checked.password_hash:
                return None
            if password_hash != user.password_hash:
                work.users.save(replace(user, password_hash=password_hash))
            now = self.clock.now()
            session_id, ends_at = self.new_id(), now + self.session_max_age
            pair = self.issue_pair(session_id, user.id, now, ends_at)
            session = Session.open(
                session_id=session_id,
                user_id=user.id,
                refresh_token=pair.refresh_token,
                now=now,
                ends_at=ends_at,
                client_info=client_info,
            )
            for key in sorted(attempts_keys):
                work.password_attempts.reset(key, now)
            work.sessions.remove_ended(user.id, now)
            work.sessions.add(session)
            work.commit()
        self.audit.record(AuditEvent.LOGGED_IN, user.id, session_id, client_info)
        return pair
