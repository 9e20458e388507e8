from datetime import timedelta
from threading import Barrier

from adapters.security.secrets import HmacDigest
from application.accounts.reset_password import ResetPassword
from domain.accounts.credentials import Password, PasswordRules
from domain.accounts.errors import InvalidMailToken
from domain.accounts.mail_token import MailToken, TokenPurpose, token_hash
from tests.builders import CLIENT_INFO, NOON
from tests.contract.test_contention import THREADS, at_once
from tests.fakes.clock import FakeClock
from tests.fakes.security import AuditInMemory, ReversingHasher

TICK = timedelta(microseconds=1)
VERIFY, RESET = TokenPurpose


def issue(storage, user, token="secret", purpose=VERIFY):
    issued = MailToken.issue(token, user.id, purpose, user.email, NOON)
    storage.commit(lambda work: work.mail_tokens.add(issued))
    return issued


def find(storage, token="secret", purpose=VERIFY, now=NOON):
    with storage.new_work() as work:
        return work.mail_tokens.get(token_hash(token), purpose, now)


def is_valid(storage, token="secret", purpose=VERIFY, now=NOON):
    try:
        find(storage, token, purpose, now)
    except InvalidMailToken:
        return False
    return True


def test_every_field_of_a_token_is_read_back(storage, ada):
    issued = issue(storage, ada)

    assert find(storage) == issued


def test_a_token_is_valid_for_its_purpose_until_it_expires(storage, ada):
    expires_at = issue(storage, ada).expires_at

    assert is_valid(storage, now=expires_at - TICK)
    assert not is_valid(storage, now=expires_at)
    assert not is_valid(storage, purpose=RESET)
    assert not is_valid(storage, "another")


def test_all_tokens_of_a_user_for_one_purpose_are_removed(storage, ada, grace):
    for token in ("first", "second"):
        issue(storage, ada, token)
    issue(storage, ada, "for another purpose", RESET)
    issue(storage, grace, "of another user")

    storage.commit(lambda work: work.mail_tokens.remove_all(ada.id, VERIFY))

    assert not is_valid(storage, "first")
    assert not is_valid(storage, "second")
    assert is_valid(storage, "for another purpose", RESET)
    assert is_valid(storage, "of another user")


def test_of_20_concurrent_resets_with_one_token_exactly_one_succeeds(storage, ada):
    issue(storage, ada, purpose=RESET)
    barrier = Barrier(THREADS)

    class Hasher(ReversingHasher):
        def hash(self, password):
            """All have seen that the token is valid."""
            barrier.wait()
            return super().hash(password)

    reset = ResetPassword(
        storage.new_work,
        PasswordRules(set()),
        Hasher(),
        HmacDigest("a key"),
        FakeClock(),
        AuditInMemory(),
    )

    def use(number):
        return reset("secret", Password(f"new password {number}"), CLIENT_INFO)

    outcomes = at_once(use, range(THREADS))

    assert outcomes.count(None) == 1
    assert outcomes.count(InvalidMailToken) == THREADS - 1
    with storage.new_work() as work:
        password = ReversingHasher().hash(f"new password {outcomes.index(None)}")
        assert work.users.get(ada.id).password_hash == password
