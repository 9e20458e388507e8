"""A database that is in use is distributed."""

from adapters.postgres.citus.distribute import distribute
from entrypoints.settings import POSTGRESQL
from tests.concurrency import wait_until
from tests.sample_data import SampleData
from tests.service import a_service
from tests.torture.clients import Load
from tests.torture.ledger import Ledger

PEOPLE = 12
REQUESTS = 200


def test_no_acknowledged_change_is_lost(migrated, engine):
    url, ledger = migrated.render_as_string(hide_password=False), Ledger()
    plain = SampleData(url, POSTGRESQL)
    users = plain.create_users(PEOPLE)
    events = [plain.create_event(users[0], seats) for seats in (2, 5, PEOPLE, PEOPLE)]
    with a_service(url, DATABASE_TYPE=POSTGRESQL) as service:
        attend_and_cancel(service, ledger, users, events)
    assert ledger.violations(plain) == []
    plain.close()

    distribute(engine, on_progress=lambda *_: None)

    distributed = SampleData(url)
    assert ledger.violations(distributed) == []
    with a_service(url) as service:
        attend_and_cancel(service, ledger, users, events)
    assert ledger.violations(distributed) == []
    distributed.close()


def attend_and_cancel(service, ledger, users, events):
    goal = ledger.acknowledged() + REQUESTS
    with Load(service.base_url, ledger, users, events):
        wait_until(lambda: ledger.acknowledged() > goal, "requests succeed")
