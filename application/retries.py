from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from application.ports.unit_of_work import UnitOfWorkFactory

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Worker(Protocol):
    """Whoever has units of work to try again."""

    @property
    def new_work(self) -> UnitOfWorkFactory: ...


Self = TypeVar("Self", bound=Worker)


def retry_on_contention(
    act: Callable[Concatenate[Self, Arguments], Result],
) -> Callable[Concatenate[Self, Arguments], Result]:
    """Begin the whole act anew where others were in its way, as the units of work have it.

    The act commits once, as its last change; what it did before a Contended never happened.
    """

    @wraps(act)
    def run(self: Self, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        return self.new_work.retrying(partial(act, self, *args, **kwargs))

    return run
