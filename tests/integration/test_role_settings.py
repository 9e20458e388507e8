"""Bounds that are left to the server, for roles of whatever name."""

import pytest
from sqlalchemy import text

from adapters.persistence.engine import make_engine
from adapters.persistence.role_settings import RoleRefused, leave_to_server
from adapters.persistence.waits import PATIENT
from tests.postgres import a_database

BOUNDS = {"lock_timeout": "1000"}
STRANGE = 'fifty % "off"'


@pytest.fixture(scope="module")
def engine(postgres):
    with a_database(postgres, migrated=False) as url:
        engine = make_engine(url, pool_size=1, waits=PATIENT)
        yield engine
        engine.dispose()


def test_a_role_may_have_any_name(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql('CREATE ROLE "fifty %% ""off"""')
    try:
        leave_to_server(engine, STRANGE, BOUNDS)

        with engine.connect() as connection:
            left = connection.execute(
                text(
                    "SELECT setconfig FROM pg_db_role_setting WHERE setrole = CAST(:r AS regrole)"
                ),
                {"r": '"fifty % ""off"""'},
            ).scalar_one()
        assert left == ["lock_timeout=1000"]
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql('DROP ROLE "fifty %% ""off"""')


def test_a_role_that_is_none_is_refused_by_its_name(engine):
    with pytest.raises(RoleRefused) as refused:
        leave_to_server(engine, "nobody %s", BOUNDS)

    assert str(refused.value) == 'role "nobody %s" does not exist'
