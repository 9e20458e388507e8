"""How errors are translated, each raised by PostgreSQL itself."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from adapters.postgres.engine import make_engine
from adapters.postgres.unit_of_work import ATTEMPTS, PostgresUnitOfWorkFactory
from application.errors import Contended, Unavailable
from tests.builders import a_user, an_event
from tests.postgres import a_database, backend_of, run_in


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03"])
def test_contention_retries_the_whole_function(work_on, sqlstate):
    attempts = []

    def fail_once():
        with work_on() as work:
            attempts.append(1)
            work.users.add(user)
            if len(attempts) == 1:
                run_in(work, f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$")
            work.commit()

    user = a_user()
    work_on.retrying(fail_once)

    assert len(attempts) == 2
    with work_on() as work:
        assert work.users.get(user.id) == user


def test_persistent_contention_raises_contended(work_on):
    attempts = []

    def fail():
        with work_on() as work:
            attempts.append(1)
            run_in(work, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")

    with pytest.raises(Contended):
        work_on.retrying(fail)

    assert len(attempts) == ATTEMPTS


def test_another_error_is_not_retried(work_on):
    attempts = []

    def fail():
        with work_on() as work:
            attempts.append(1)
            run_in(work, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57014'; END $$")

    with pytest.raises(Unavailable):
        work_on.retrying(fail)

    assert len(attempts) == 1


def test_both_transactions_of_a_deadlock_succeed(work_on):
    ada = a_user()
    events = [an_event(creator_id=ada.id), an_event(creator_id=ada.id)]
    with work_on() as work:
        work.users.add(ada)
        for event in events:
            work.events.add(event)
        work.commit()
    both_hold_one_lock = Barrier(2)
    done = []

    def lock(first, second):
        is_first_attempt = True

        def attempt():
            nonlocal is_first_attempt
            with work_on() as work:
                work.events.get_for_update(first.id, attendee=ada.id)
                if is_first_attempt:
                    is_first_attempt = False
                    both_hold_one_lock.wait(timeout=30)
                work.events.get_for_update(second.id, attendee=ada.id)
                work.commit()
            done.append(first.id)

        work_on.retrying(attempt)

    threads = [Thread(target=lock, args=order) for order in (events, events[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 2


def backend(new_work):
    with new_work() as work:
        return backend_of(work)


def test_a_connection_to_a_server_that_became_read_only_is_replaced(work_on):
    first = backend(work_on)
    with work_on() as work:
        work._connection.execute("SET SESSION default_transaction_read_only = on")

    assert backend(work_on) != first
    with work_on() as work:
        work.users.add(a_user())
        work.commit()


def test_all_connections_to_a_read_only_server_are_discarded(work_on):
    with work_on() as first, work_on() as other:
        before = {backend_of(each) for each in (first, other)}
    with pytest.raises(Unavailable), work_on() as work:
        run_in(work, "SET TRANSACTION READ ONLY")
        work.users.add(a_user())

    with work_on() as first, work_on() as other:
        after = {backend_of(each) for each in (first, other)}
    assert not before & after


def test_with_several_hosts_the_reachable_one_is_used(postgres):
    host, port = postgres.host or postgres.query["host"], postgres.port or 5432
    url = postgres.set(
        host=None, port=None, query={"host": f"127.0.0.1,{host}", "port": f"1,{port}"}
    )
    engine = make_engine(url, pool_size=1)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def test_connecting_to_a_read_only_server_fails(postgres):
    with a_database(postgres) as url:
        engine = make_engine(url, pool_size=1)
        with engine.begin() as connection:
            connection.execute(
                text(f"ALTER DATABASE {url.database} SET default_transaction_read_only = on")
            )
        engine.dispose()

        read_only_engine = make_engine(url, pool_size=1)
        with pytest.raises(Unavailable), PostgresUnitOfWorkFactory(read_only_engine)():
            pass
        read_only_engine.dispose()
