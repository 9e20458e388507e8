"""What others were in the way of begins anew, as a whole."""

from application.errors import Contended
from application.retries import retry_on_contention
from tests.fakes.memory import MemoryStore, MemoryUnitOfWorkFactory


def test_the_arguments_are_the_same_at_each_attempt():
    calls = []

    class Act:
        new_work = MemoryUnitOfWorkFactory(MemoryStore())

        @retry_on_contention
        def __call__(self, *arguments, **named):
            calls.append((arguments, named))
            if len(calls) == 1:
                raise Contended
            return "done"

    assert Act()(1, name=2) == "done"
    assert calls == [((1,), {"name": 2})] * 2
