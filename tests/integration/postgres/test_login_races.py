"""Logins while the password changes, and many concurrent attempts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import text

from adapters.postgres.accounts.queries import PostgresAccountQueries
from adapters.postgres.reader import Reader
from application.caller import Caller
from application.pages import PageRequest
from domain.accounts.credentials import Password, Username
from domain.accounts.errors import InvalidCredentials, TooManyWrongPasswords
from domain.accounts.password_attempts import FREE_FAILURES
from domain.errors import DomainError
from tests.applications import a_container
from tests.builders import CLIENT_INFO, DAY
from tests.concurrency import TIMEOUT_S, run_concurrently, wait_until
from tests.postgres import HeldUnitOfWorkFactory

PASSWORD, NEW_PASSWORD = "correct horse battery", "seven teas with grace"
WAITING = text("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def use_cases(database, empty_database):
    with a_container(database, database_pool_size=24) as container:
        yield container.use_cases()


@pytest.fixture
def ada(use_cases):
    profile = use_cases.sign_up(Username("ada"), Password(PASSWORD), None)
    return Caller(profile.id)


def test_two_logins_that_race_a_password_change_leave_no_session(empty_database, use_cases, ada):
    held = HeldUnitOfWorkFactory(empty_database)
    change_password = replace(use_cases.change_password, new_work=held)

    with ThreadPoolExecutor(3) as pool, empty_database.connect() as connection:
        changed = pool.submit(change_password, ada, PASSWORD, Password(NEW_PASSWORD), CLIENT_INFO)
        assert held.is_ready.wait(TIMEOUT_S)
        logins = [pool.submit(use_cases.log_in, "ada", PASSWORD, CLIENT_INFO) for _ in range(2)]
        wait_until(
            lambda: (
                connection.execute(WAITING).scalar_one() + sum(each.done() for each in logins) == 2
            ),
            "both logins wait for the account, or are through",
        )
        held.may_commit.set()
        changed.result(TIMEOUT_S)
        errors = [login.exception(TIMEOUT_S) for login in logins]

    everything = PageRequest(limit=10, offset=0)
    assert use_cases.list_sessions(ada, everything).count == 0
    assert [type(error) for error in errors] == [InvalidCredentials] * 2
    assert use_cases.log_in("ada", NEW_PASSWORD, CLIENT_INFO)


class MeetingQueries(PostgresAccountQueries):
    """All of them read the counter before any is counted."""

    def __init__(self, reader, parties):
        super().__init__(reader)
        self._barrier = Barrier(parties)

    def find_credentials(self, *arguments):
        credentials = super().find_credentials(*arguments)
        self._barrier.wait(TIMEOUT_S)
        return credentials


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_of_many_attempts_at_the_end_of_a_wait_one_learns_its_result(
    empty_database, use_cases, ada, name
):
    for _ in range(FREE_FAILURES + 1):
        with pytest.raises(InvalidCredentials):
            use_cases.log_in(name, "wrong", CLIENT_INFO)
    later = LaterClock()
    compare = replace(use_cases.log_in.compare, clock=later)
    queries = MeetingQueries(Reader(empty_database), 8)
    log_in = replace(use_cases.log_in, accounts=queries, compare=compare, clock=later)

    def guess():
        with pytest.raises(DomainError) as error:
            log_in(name, "wrong", CLIENT_INFO)
        return error.type

    errors = run_concurrently(*[guess] * 8)

    assert errors.count(InvalidCredentials) == 1
    assert errors.count(TooManyWrongPasswords) == 7


class LaterClock:
    def now(self):
        return datetime.now(UTC) + DAY
