"""PostgreSQL's log contains no email addresses and password hashes, whatever fails."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2
import pytest
from sqlalchemy.engine import URL

from adapters.postgres.engine import make_engine
from adapters.postgres.errors import translate_error
from adapters.postgres.timeouts import Timeouts
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from application.errors import Contended, Unavailable
from domain.accounts.credentials import Username
from domain.accounts.errors import UsernameTaken
from tests.builders import a_user
from tests.concurrency import wait_until
from tests.postgres import a_database, run_in, run_on
from tests.torture.clusters import a_cluster

SECRETS = ("@example.org", "secret hash")
ROLE = "turnout_service"
QUIET = (
    f"ALTER ROLE {ROLE} SET log_min_error_statement = 'panic'",
    f"ALTER ROLE {ROLE} SET log_error_verbosity = 'terse'",
)
GRANTED = (
    f"GRANT SET ON PARAMETER log_min_error_statement TO {ROLE}",
    f"GRANT SET ON PARAMETER log_error_verbosity TO {ROLE}",
)
WAITING = "SELECT 1 FROM pg_locks WHERE NOT granted"


@pytest.fixture(scope="module")
def cluster():
    with a_cluster(deadlock_timeout="10ms", log_lock_waits="on") as cluster:
        yield cluster


@pytest.fixture(scope="module")
def superuser(cluster):
    """The URL of a migrated database, as a superuser."""
    server = URL.create("postgresql+psycopg2", "postgres", host="127.0.0.1", port=cluster.port)
    with a_database(server.set(database="postgres")) as url:
        yield url


@contextmanager
def a_role(superuser, *statements):
    """The URL of the database as an ordinary role, set up with these statements."""
    run_on(superuser, f"CREATE ROLE {ROLE} LOGIN", f"GRANT pg_write_all_data TO {ROLE}")
    run_on(superuser, f"GRANT pg_read_all_data TO {ROLE}", *statements)
    yield superuser.set(username=ROLE)
    run_on(superuser, f"DROP OWNED BY {ROLE}", f"DROP ROLE {ROLE}")


@pytest.fixture(params=["superuser", "granted role", "role with settings"])
def url(request, superuser):
    if request.param == "superuser":
        yield superuser
    else:
        with a_role(superuser, *(QUIET if "settings" in request.param else GRANTED)) as url:
            yield url


@pytest.fixture
def work_on(superuser):
    """Units of work on engines with the given timeouts, on an empty database."""
    run_on(superuser, "DELETE FROM users")
    engines = []

    def begin(url, **timeouts):
        defaults = {"lock": 0, "statement": 0}
        engine = make_engine(url, 1, Timeouts(**defaults | timeouts), is_autocommit=True)
        engines.append(engine)
        return PostgresUnitOfWork(engine)

    yield begin
    for engine in engines:
        engine.dispose()


def sign_up(work_on, url, name):
    user = a_user(name, password_hash="secret hash")
    with work_on(url) as work:
        work.users.add(user)
        work.commit()
    return user


def rename(work, user, name):
    loaded = work.users.find_for_update(user.id)
    loaded.username, loaded.email = Username(name), "new@example.org"
    work.users.save(loaded)


def update_of(user):
    values = "email = 'x@example.org', password_hash = 'secret hash'"
    return f"UPDATE users SET {values} WHERE id = '{user.id}'"


def fail_on_taken_names(work_on, url):
    ada = sign_up(work_on, url, "ada")
    sign_up(work_on, url, "grace")
    with pytest.raises(UsernameTaken):
        sign_up(work_on, url, "ADA")
    with work_on(url) as work, pytest.raises(UsernameTaken):
        rename(work, ada, "grace")


def fail_on_a_name_taken_meanwhile(work_on, url):
    ada = sign_up(work_on, url, "alan")
    with ThreadPoolExecutor(1) as pool, work_on(url) as other, work_on(url) as work:
        other.users.add(a_user("taken"))
        outcome = pool.submit(rename, work, ada, "taken")
        wait_for_lock(work_on, url)
        other.commit()
        with pytest.raises(UsernameTaken):
            outcome.result()


def fail_on_timeouts(work_on, url):
    user = sign_up(work_on, url, "slow")
    with work_on(url) as lock_holder:
        run_in(lock_holder, update_of(user))
        for timeout in ("lock", "statement"):
            with pytest.raises(Unavailable), work_on(url, **{timeout: 0.05}) as work:
                run_in(work, update_of(user))


def fail_on_a_deadlock(work_on, url):
    first, second = (sign_up(work_on, url, name) for name in ("first", "second"))

    def lock_in_order(work, *users):
        try:
            for user in users:
                run_in(work, update_of(user))
        except psycopg2.Error as error:
            return translate_error(error)

    with ThreadPoolExecutor(1) as pool, work_on(url) as work, work_on(url) as other:
        run_in(work, update_of(first))
        outcome = pool.submit(lock_in_order, other, second, first)
        wait_for_lock(work_on, url)
        outcomes = {type(lock_in_order(work, second)), type(outcome.result())}
    assert outcomes == {Contended, type(None)}


def wait_for_lock(work_on, url):
    with work_on(url) as observer:
        wait_until(lambda: bool(observer._transaction.rows(WAITING, {})), "a lock is waited for")


def test_failed_statements_are_logged_without_their_values(cluster, work_on, url):
    offset = cluster.log.stat().st_size

    fail_on_taken_names(work_on, url)
    fail_on_a_name_taken_meanwhile(work_on, url)
    fail_on_timeouts(work_on, url)
    fail_on_a_deadlock(work_on, url)

    log = cluster.log.read_text()[offset:]
    for message in ("duplicate key", "lock timeout", "statement timeout", "deadlock detected"):
        assert message in log
    assert not [secret for secret in SECRETS if secret in log]


def test_a_taken_username_causes_no_failed_statement(cluster, superuser, work_on):
    with a_role(superuser) as url:
        offset = cluster.log.stat().st_size

        fail_on_taken_names(work_on, url)

        assert "ERROR" not in cluster.log.read_text()[offset:]


def test_a_rename_writes_no_other_personal_value(empty_database, messages):
    user = a_user("ada", password_hash="secret hash")
    with PostgresUnitOfWork(empty_database) as work:
        work.users.add(user)
        messages.clear()
        loaded = work.users.find_for_update(user.id)
        loaded.username = Username("Ada")
        work.users.save(loaded)

    assert b"'Ada'" in messages[1]
    assert not [secret for secret in SECRETS if any(secret.encode() in each for each in messages)]
