from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from application.ports.unit_of_work import UnitOfWorkFactory

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class UseCase(Protocol):
    """A use case with a unit of work."""

    @property
    def new_work(self) -> UnitOfWorkFactory: ...


Self = TypeVar("Self", bound=UseCase)


def retry_on_contention(
    act: Callable[Concatenate[Self, Arguments], Result],
) -> Callable[Concatenate[Self, Arguments], Result]:
    """Call the use case again after Contended, as often as its unit of work factory allows.

    It must commit once, as its last change: nothing before Contended is saved.
    """

    @wraps(act)
    def run(self: Self, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        return self.new_work.retrying(partial(act, self, *args, **kwargs))

    return run
