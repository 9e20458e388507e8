from abc import abstractmethod
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """Of an attempt to deliver: after RETRY, there is another one."""

    SUCCESS = "success"
    RETRY = "retry"
    FAILURE = "failure"


class DeliveryMetrics(Protocol):
    @abstractmethod
    def count_webhook(self, outcome: Outcome, seconds: float) -> None: ...

    @abstractmethod
    def count_mail(self, outcome: Outcome) -> None: ...
