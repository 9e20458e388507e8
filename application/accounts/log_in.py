from dataclasses import dataclass

from application.accounts.token_pair import IssueTokenPair, TokenPair
from application.ports.clock import Clock
from application.ports.identifiers import NewId
from application.ports.password_hasher import PasswordHasher
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.accounts.errors import InvalidCredentials
from domain.accounts.session import Session


@dataclass(frozen=True)
class LogIn:
    """Open a session. Raises InvalidCredentials."""

    new_work: UnitOfWorkFactory
    hasher: PasswordHasher
    issue_pair: IssueTokenPair
    clock: Clock
    new_id: NewId

    def __call__(self, username: str, password: str) -> TokenPair:
        with self.new_work() as work:
            user = work.users.find_by_username(username)
        # Between two units of work: hashing is slow on purpose and must not hold a connection.
        matches = self.hasher.matches(password, user.password_hash if user else None)
        if user is None or not matches:
            raise InvalidCredentials
        now = self.clock.now()
        session_id = self.new_id()
        pair = self.issue_pair(session_id, user.id, now)
        with self.new_work() as work:
            work.sessions.add(Session.open(session_id, user.id, pair.refresh_token, now))
            work.commit()
        return pair
