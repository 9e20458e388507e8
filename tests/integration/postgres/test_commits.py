"""The outcome of a commit is success, failure or unknown."""

import pytest
from psycopg2.errors import NotNullViolation

from adapters.postgres.connection import DriverConnection
from adapters.postgres.unit_of_work import ATTEMPTS, PostgresUnitOfWork
from application.errors import Contended, OutcomeUnknown, Unavailable
from tests.builders import a_session, a_user, an_event
from tests.postgres import cut_connections, run_in

AT_COMMIT = """
    CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {action}; END $$;
    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()
"""


def prepare(new_work, statement):
    with new_work() as work:
        run_in(work, statement)
        work.commit()


def test_a_rejected_commit_is_retried(work_on):
    prepare(
        work_on, AT_COMMIT.format(action="RAISE EXCEPTION USING ERRCODE = '40001'; RETURN NULL")
    )
    user = a_user()
    attempts = []

    def add():
        with work_on() as work:
            attempts.append(1)
            work.users.add(user)
            work.commit()

    with pytest.raises(Contended):
        work_on.retrying(add)

    assert len(attempts) == ATTEMPTS
    with work_on() as work:
        assert work.users.find_for_update(user.id) is None


@pytest.mark.parametrize("sqlstate", ["08006", "40003", "57P02"])
def test_an_unknown_transaction_state_raises_outcome_unknown(work_on, sqlstate):
    raise_error = f"RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; RETURN NULL"
    prepare(work_on, AT_COMMIT.format(action=raise_error))

    with pytest.raises(OutcomeUnknown), work_on() as work:
        work.users.add(a_user())
        work.commit()


def test_a_write_that_fails_before_the_commit_was_not_committed(work_on):
    ada = a_user()
    with work_on() as work:
        work.users.add(ada)
        work.commit()
    failing = AT_COMMIT.format(action="RAISE EXCEPTION USING ERRCODE = '08006'; RETURN NULL")
    prepare(work_on, failing.replace("ON users", "ON sessions").replace("DEFERRED", "IMMEDIATE"))

    with pytest.raises(Unavailable) as exc_info, work_on() as work:
        work.sessions.add(a_session(user_id=ada.id))
        work.commit()

    assert type(exc_info.value) is Unavailable


def test_a_warning_during_a_commit_raises_outcome_unknown(work_on):
    prepare(work_on, AT_COMMIT.format(action="RAISE WARNING 'no standby'; RETURN NULL"))

    with pytest.raises(OutcomeUnknown), work_on() as work:
        work.users.add(a_user())
        work.commit()


@pytest.mark.parametrize("is_one_message", [True, False])
def test_a_warning_during_a_commit_sent_with_its_writes_raises_outcome_unknown(
    work_on, is_one_message
):
    ada = a_user()
    with work_on() as work:
        work.users.add(ada)
        work.commit()
    prepare(
        work_on,
        AT_COMMIT.format(action="RAISE WARNING 'no standby'; RETURN NULL").replace(
            "ON users", "ON events"
        ),
    )

    with pytest.raises(OutcomeUnknown), work_on() as work:
        if is_one_message:
            work.events.add_and_commit(an_event(creator_id=ada.id), max_upcoming=1)
        else:
            work.events.add(an_event(creator_id=ada.id))
            work.commit()


def test_losing_the_connection_during_a_commit_raises_outcome_unknown(work_on):
    prepare(
        work_on,
        AT_COMMIT.format(action="PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL"),
    )

    with pytest.raises(OutcomeUnknown), work_on() as work:
        work.users.add(a_user())
        work.commit()


def test_losing_the_connection_before_a_commit_raises_unavailable(postgres_engine):
    user = a_user()
    with pytest.raises(Unavailable) as exc_info, PostgresUnitOfWork(postgres_engine) as work:
        work.users.add(user)
        work.events.add(an_event(creator_id=user.id))
        cut_connections(postgres_engine)
        work.commit()

    assert type(exc_info.value) is Unavailable
    with PostgresUnitOfWork(postgres_engine) as work:
        assert work.users.find_for_update(user.id) is None


def test_a_commit_on_a_lost_connection_raises_outcome_unknown(postgres_engine, monkeypatch):
    user = a_user()
    execute = DriverConnection.execute

    def cut_and_execute(connection, sql, values=None):
        if sql.endswith(b"COMMIT"):
            cut_connections(postgres_engine)
        return execute(connection, sql, values)

    with pytest.raises(OutcomeUnknown), PostgresUnitOfWork(postgres_engine) as work:
        work.users.add(user)
        monkeypatch.setattr(DriverConnection, "execute", cut_and_execute)
        work.commit()
    monkeypatch.undo()

    with PostgresUnitOfWork(postgres_engine) as work:
        assert work.users.find_for_update(user.id) is None


def test_losing_the_connection_before_an_event_is_added_raises_unavailable(postgres_engine):
    with pytest.raises(Unavailable) as exc_info, PostgresUnitOfWork(postgres_engine) as work:
        cut_connections(postgres_engine)
        work.events.add_and_commit(an_event(), max_upcoming=1)

    assert type(exc_info.value) is Unavailable


def test_losing_the_connection_while_an_event_is_added_raises_outcome_unknown(
    postgres_engine, monkeypatch
):
    execute = DriverConnection.execute

    def cut_and_execute(connection, sql, values=None):
        cut_connections(postgres_engine)
        return execute(connection, sql, values)

    monkeypatch.setattr(DriverConnection, "execute", cut_and_execute)
    with pytest.raises(OutcomeUnknown), PostgresUnitOfWork(postgres_engine) as work:
        work.events.add_and_commit(an_event(), max_upcoming=1)


def test_an_event_added_at_once_must_be_the_only_change(work_on):
    with pytest.raises(RuntimeError), work_on() as work:
        work.users.add(user := a_user())
        work.events.add_and_commit(an_event(creator_id=user.id), max_upcoming=1)


def test_a_not_null_violation_is_not_a_deleted_account(work_on):
    with pytest.raises(NotNullViolation), work_on() as work:
        run_in(work, "INSERT INTO users (id) VALUES (gen_random_uuid())")
