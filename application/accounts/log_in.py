from dataclasses import dataclass, replace
from datetime import timedelta

from application.accounts.token_pair import IssueTokenPair, TokenPair
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.identifiers import NewId
from application.ports.password_hasher import PasswordHasher
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.credentials import password_forms
from domain.accounts.errors import InvalidCredentials
from domain.accounts.session import ClientInfo, Session
from domain.accounts.user import User


@dataclass(frozen=True)
class LogIn:
    """Open a session that lasts at most `session_max_age`. Raises InvalidCredentials."""

    new_work: UnitOfWorkFactory
    hasher: PasswordHasher
    issue_pair: IssueTokenPair
    clock: Clock
    new_id: NewId
    audit: AuditLog
    session_max_age: timedelta

    def __call__(self, username: str, password: str, client_info: ClientInfo) -> TokenPair:
        with self.new_work() as work:
            user = work.users.find_by_username(username)
        # Outside a unit of work: hashing is slow on purpose and must not hold a connection.
        current, *_ = forms = password_forms(password)
        password_hash = user.password_hash if user else None
        matching = next((form for form in forms if self.hasher.matches(form, password_hash)), None)
        if user is None or matching is None:
            self.audit.record(
                AuditEvent.LOGIN_FAILED, user.id if user else None, client_info=client_info
            )
            raise InvalidCredentials
        is_outdated = matching != current or self.hasher.is_outdated(user.password_hash)
        rehashed = self.hasher.hash(current) if is_outdated else user.password_hash
        pair = self._open_session(user, rehashed, client_info)
        # None: the hash was changed in the meantime. Compare the password again.
        return pair or self(username, password, client_info)

    @retry_on_contention
    def _open_session(
        self, checked: User, password_hash: str, client_info: ClientInfo
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
            work.sessions.remove_ended(user.id, now)
            work.sessions.add(session)
            work.commit()
        self.audit.record(AuditEvent.LOGGED_IN, user.id, session_id, client_info)
        return pair
