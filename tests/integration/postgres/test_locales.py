"""Search finds the same in every locale. Skips locales that the server lacks."""

import pytest
from sqlalchemy.exc import DBAPIError

from adapters.postgres.engine import make_engine
from adapters.postgres.events.queries import PostgresEventQueries
from adapters.postgres.reader import Reader
from adapters.postgres.schema.migrate import migrate
from adapters.postgres.timeouts import MAINTENANCE
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria
from domain.events.description import Title
from domain.events.search import Search
from tests.builders import NOON, a_user, an_event
from tests.contract.search_examples import FOUND, NOT_FOUND
from tests.postgres import run_on

LIBC = "LOCALE_PROVIDER libc LOCALE"
ICU = "LOCALE_PROVIDER icu LOCALE 'C' ICU_LOCALE"
BUILTIN = "LOCALE_PROVIDER builtin LOCALE 'C' BUILTIN_LOCALE"
LOCALES = [
    f"{LIBC} 'C'",
    f"{LIBC} 'C.UTF-8'",
    f"{LIBC} 'en_US.UTF-8'",
    f"{LIBC} 'tr_TR.UTF-8'",
    f"{LIBC} 'ja_JP.UTF-8'",
    f"{ICU} 'und'",
    f"{ICU} 'tr'",
    f"{ICU} 'und-u-ks-level1'",
    f"{BUILTIN} 'C'",
    f"{BUILTIN} 'C.UTF-8'",
    f"{BUILTIN} 'PG_UNICODE_FAST'",
]
NAME = "turnout_test_locale"


@pytest.fixture(params=LOCALES)
def engine(postgres, request):
    options = f"TEMPLATE template0 ENCODING 'UTF8' {request.param}"
    try:
        run_on(postgres, f"CREATE DATABASE {NAME} {options}")
    except DBAPIError as error:
        pytest.skip(str(error.orig))
    url = postgres.set(database=NAME)
    maintenance = make_engine(url, pool_size=1, timeouts=MAINTENANCE)
    migrate(maintenance)
    maintenance.dispose()
    engine = make_engine(url, pool_size=1, is_autocommit=True)
    yield engine
    engine.dispose()
    run_on(postgres, f"DROP DATABASE {NAME} WITH (FORCE)")


def test_search_is_the_same_in_every_locale(engine):
    ada, examples = a_user(), FOUND + NOT_FOUND
    events = [an_event(creator_id=ada.id, title=Title(title)) for _, title in examples]
    with PostgresUnitOfWorkFactory(engine)() as work:
        work.users.add(ada)
        for event in events:
            work.events.add(event)
        work.commit()
    queries = PostgresEventQueries(Reader(engine))

    def finds(search, event):
        criteria = EventCriteria(search=Search.of(search))
        page = queries.find(criteria, PageRequest(200), Caller(ada.id), NOON)
        return event.id in {view.id for view in page.results}

    found = [
        example for example, event in zip(examples, events, strict=True) if finds(example[0], event)
    ]
    assert found == FOUND
