"""Round trips and SQL statements per request."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.settings.environment import parse_database_url
from tests.bench.dataset import Dataset
from tests.bench.scenarios import Scenario
from tests.postgres import recorded_messages
from tests.sample_data import KEY

TRANSACTION_CONTROL = (b"BEGIN", b"COMMIT")


@dataclass(frozen=True)
class Statements:
    round_trips: int
    statements: int  # besides BEGIN and COMMIT


def statements_of(scenarios: Sequence[Scenario], data: Dataset) -> dict[str, Statements]:
    """Count the statements of the first request of each scenario."""
    url = parse_database_url(data.database_url, "the URL of the measurement")
    settings = Settings(database_url=url, jwt_secret_key=KEY, ratelimit_enabled=False)
    container = Container(settings=settings)
    client = container.app().test_client()
    result = {}
    for scenario in scenarios:
        [first, *_] = scenario.prepare(data)
        headers = {"Authorization": f"Bearer {first.token}"} if first.token else {}
        content_type = "application/json" if first.body else None
        with recorded_messages() as messages:
            client.open(
                first.path,
                method=first.method,
                data=first.body,
                headers=headers,
                content_type=content_type,
            )
        statements = b";".join(messages).split(b";")
        result[scenario.name] = Statements(
            len(messages),
            len([each for each in statements if each and not each.startswith(TRANSACTION_CONTROL)]),
        )
        data.reset()
    container.engine().dispose()
    return result
