from datetime import datetime

from application.ports.unit_of_work import UnitOfWork
from domain.accounts.errors import InvalidMailToken
from domain.accounts.mail_token import TokenPurpose, token_hash
from domain.accounts.user import User


def user_of_token(work: UnitOfWork, token: str, purpose: TokenPurpose, now: datetime) -> User:
    """The locked user of a token. Raises InvalidMailToken, also if the address has changed."""
    found = work.mail_tokens.get(token_hash(token), purpose, now)
    user = work.users.find_for_update(found.user_id)
    # Again, because it may have been used before the lock was granted.
    work.mail_tokens.get(found.hash, purpose, now)
    if user is None or user.email != found.address:
        raise InvalidMailToken
    return user
