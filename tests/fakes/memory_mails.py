from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from application.ports.mail_queue import Audience, ClaimedMail, MailQueue, NewNotice
from application.ports.mail_tokens import MailTokens
from domain.accounts.errors import InvalidMailToken
from domain.accounts.mail_token import MailToken, TokenPurpose
from domain.accounts.user import User
from domain.mails.queued_mail import QueuedMail
from tests.fakes.memory_state import State


@dataclass
class MemoryMailQueue(MailQueue):
    state: State

    def add(self, mail: QueuedMail) -> None:
        queued = {(each.message_id, each.user_id, each.kind) for each in self.state.mails.values()}
        is_queued = (mail.message_id, mail.user_id, mail.kind) in queued
        if mail.user_id in self.state.users and not is_queued:
            self.state.mails[mail.id] = deepcopy(mail)

    def add_page(
        self,
        audience: Audience,
        notice: NewNotice,
        *,
        after: UUID | None,
        limit: int,
    ) -> UUID | None:
        notices = [
            mail
            for user_id in sorted(set(self._people(audience)))
            if (after is None or user_id > after)
            and (user := self.state.users.get(user_id))
            and (mail := _notice(notice, user_id)).recipient(user)
        ][:limit]
        for mail in notices:
            self.add(mail)
        return notices[-1].user_id if len(notices) == limit else None

    def _people(self, audience: Audience) -> Iterator[UUID]:
        event = self.state.events.get(audience.event_id)
        if event is None:
            return
        for (event_id, user_id), registered_at in self.state.attendances.items():
            if event_id == event.id and registered_at <= audience.until:
                yield from {user_id} - {event.creator_id}
        for entry in self.state.waitlist(event.id) if audience.includes_waitlist else []:
            if entry.joined_at <= audience.until:
                yield from {entry.user_id} - {event.creator_id}

    def users_with_verified_email(self, email: str) -> Sequence[User]:
        return [
            deepcopy(user)
            for user in self.state.users.values()
            if user.email and user.email_verified and _folded(user.email) == _folded(email)
        ]

    def claim_due(
        self, now: datetime, limit: int, lease_id: UUID, lease_until: datetime
    ) -> Sequence[ClaimedMail]:
        due = [mail for mail in self.state.mails.values() if mail.next_attempt_at <= now]
        due.sort(key=lambda mail: (mail.address is None, mail.next_attempt_at, mail.id))
        claimed = []
        for mail in due[:limit]:
            mail.next_attempt_at = lease_until
            self.state.leases[mail.id] = lease_id
            user = self.state.users[mail.user_id]
            claimed.append(ClaimedMail(deepcopy(mail), deepcopy(user), lease_id))
        return claimed

    def find_leased_for_update(self, mail_id: UUID, lease_id: UUID) -> QueuedMail | None:
        if self.state.leases.get(mail_id) != lease_id:
            return None
        return deepcopy(self.state.mails.get(mail_id))

    def save(self, mail: QueuedMail) -> None:
        self.state.mails[mail.id] = deepcopy(mail)
        self.state.leases.pop(mail.id, None)

    def remove(self, mail_id: UUID) -> None:
        del self.state.mails[mail_id]
        self.state.leases.pop(mail_id, None)


def _notice(notice: NewNotice, user_id: UUID) -> QueuedMail:
    return QueuedMail(
        id=uuid4(),
        message_id=notice.message_id,
        user_id=user_id,
        kind=notice.kind,
        address=None,
        data=notice.data,
        created_at=notice.created_at,
        next_attempt_at=notice.created_at,
    )


def _folded(email: str) -> bytes:
    """Only ASCII letters."""
    return email.encode().lower()


@dataclass
class MemoryMailTokens(MailTokens):
    tokens: dict[bytes, MailToken]

    def add(self, token: MailToken) -> None:
        self.tokens[token.hash] = token

    def get(self, token_hash: bytes, purpose: TokenPurpose, now: datetime) -> MailToken:
        token = self.tokens.get(token_hash)
        if token is None or token.purpose is not purpose or now >= token.expires_at:
            raise InvalidMailToken
        return token

    def remove_all(self, user_id: UUID, purpose: TokenPurpose) -> None:
        for token in list(self.tokens.values()):
            if token.user_id == user_id and token.purpose is purpose:
                del self.tokens[token.hash]
