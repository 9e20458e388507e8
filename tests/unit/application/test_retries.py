"""What others were in the way of begins anew, as a whole."""

import ast
from pathlib import Path

import pytest

import application
from application.errors import Contended
from application.retried import retried
from tests.fakes.memory import MemoryStore, MemoryUnitOfWorkFactory

METHODS = [
    (path.stem, method)
    for path in Path(application.__file__).parent.rglob("*.py")
    for method in ast.walk(ast.parse(path.read_text()))
    if isinstance(method, ast.FunctionDef)
]
COMMITTING = [
    pytest.param(method, id=name)
    for name, method in METHODS
    if "work.commit()" in ast.unparse(method)
]


@pytest.mark.parametrize("method", COMMITTING)
def test_whoever_commits_is_retried(method):
    assert [ast.unparse(each) for each in method.decorator_list] == ["retried"]


def test_some_commit():
    assert len(COMMITTING) > 10


def test_the_arguments_are_the_same_at_each_attempt():
    calls = []

    class Act:
        new_work = MemoryUnitOfWorkFactory(MemoryStore())

        @retried
        def __call__(self, *arguments, **named):
            calls.append((arguments, named))
            if len(calls) == 1:
                raise Contended
            return "done"

    assert Act()(1, name=2) == "done"
    assert calls == [((1,), {"name": 2})] * 2
