"""Ways to a town's database through a pooler."""

from contextlib import contextmanager
from dataclasses import dataclass

from adapters.postgres.engine import make_engine
from adapters.postgres.timeouts import Timeouts
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from entrypoints.settings.environment import parse_database_url


@dataclass(frozen=True)
class Door:
    """The way to a town's database that an instance takes."""

    database_url: str

    @classmethod
    def through(cls, pooler, town) -> "Door":
        name = town.database_url.rpartition("/")[2]
        return cls(f"postgresql://postgres@{pooler.host}/{name}")


@contextmanager
def engine_through(pooler, town, timeouts=Timeouts()):  # noqa: B008  # frozen
    url = parse_database_url(Door.through(pooler, town).database_url, "the pooler's URL")
    engine = make_engine(url, pool_size=4, timeouts=timeouts, is_autocommit=True, is_pooled=True)
    yield engine
    engine.dispose()


@contextmanager
def works_through(pooler, town):
    with engine_through(pooler, town) as engine:
        yield PostgresUnitOfWorkFactory(engine)
