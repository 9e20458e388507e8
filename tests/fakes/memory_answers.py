from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.idempotency import KeptAnswer
from application.ports.answer_repository import AnswerRepository


@dataclass
class MemoryAnswerRepository(AnswerRepository):
    """No key is ever in use: units of work take turns."""

    answers: dict[tuple[UUID, str], KeptAnswer]

    def find_for_update(self, user_id: UUID, key: str) -> KeptAnswer | None:
        return deepcopy(self.answers.get((user_id, key)))

    def remove_expired(self, user_id: UUID, now: datetime) -> None:
        for (owner, key), answer in list(self.answers.items()):
            if owner == user_id and not answer.is_kept(now):
                del self.answers[owner, key]

    def add(self, user_id: UUID, answer: KeptAnswer) -> None:
        self.answers[user_id, answer.request.key] = deepcopy(answer)
