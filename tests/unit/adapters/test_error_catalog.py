"""Every error that clients can get has its code in the catalog."""

import pytest

import entrypoints.container  # noqa: F401  # imports every error class
from adapters.http.problems.catalog import CATALOG, ProblemCode
from adapters.http.problems.model import CODE_OF_STATUS, http_problem, status_of
from application.errors import Unavailable
from domain.errors import DomainError

STATUS_OF_CODE = {entry.code: entry.status for entry in CATALOG}


def subclasses(error):
    for each in error.__subclasses__():
        if each.__module__.startswith(("domain.", "application.", "adapters.")):
            yield each
            yield from subclasses(each)


@pytest.mark.parametrize("base", [DomainError, Unavailable])
def test_every_error_class_with_a_code_is_in_the_catalog(base):
    errors = [each for each in (base, *subclasses(base)) if hasattr(each, "code")]

    assert len(errors) > 3
    assert {each.code: status_of(each) for each in errors}.items() <= STATUS_OF_CODE.items()


def test_every_code_of_a_status_is_in_the_catalog():
    of_status = {code: status for status, code in CODE_OF_STATUS.items()}

    assert of_status.items() <= STATUS_OF_CODE.items()
    assert http_problem(505)["code"] in list(ProblemCode)


def test_no_code_is_listed_twice():
    assert len(STATUS_OF_CODE) == len(CATALOG)
