from dataclasses import dataclass

from application.messages.bodies import email_changed_body
from application.ports.account_queries import Profile
from application.ports.clock import Clock
from application.ports.identifiers import NewId
from application.ports.outbox import OutboxMessage
from application.ports.password_hasher import PasswordHasher
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.credentials import Password, PasswordRules, Username
from domain.accounts.user import User


@dataclass(frozen=True)
class SignUp:
    """Create an account. An email address gets a mail to verify it.

    Raises UsernameTaken, or Invalid if the password is easy to guess.
    """

    new_work: UnitOfWorkFactory
    rules: PasswordRules
    hasher: PasswordHasher
    clock: Clock
    new_id: NewId

    @retry_on_contention
    def __call__(self, username: Username, password: Password, email: str | None) -> Profile:
        self.rules.check(password, username, "password", email)
        # Outside the unit of work: hashing is slow on purpose and must not hold a connection.
        password_hash = self.hasher.hash(password.secret)
        user = User(self.new_id(), username, email, password_hash, self.clock.now())
        with self.new_work() as work:
            work.users.add(user)
            if email:
                body = email_changed_body(user, None, user.created_at)
                work.outbox.add(OutboxMessage(self.new_id(), user.id, body))
            work.commit()
        return Profile.of(user)
