"""What is measured: the requests of each, and what it is held against."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.dataset import LOGGED_IN, PASSWORD, Dataset, event_id
from tests.bench.load import Prepared

PREPARED = 60_000


@dataclass(frozen=True)
class Scenario:
    """`is_spent`: each request works once, so that no turn may send more than are prepared.

    `is_hashing`: held against Argon2 in a loop, as many at a time as there are processors, and
    so without a queue; not against the floor.
    """

    name: str
    prepare: Callable[[Dataset], Sequence[Prepared]]
    least_ratio: float
    is_writing: bool = False
    is_spent: bool = False
    is_hashing: bool = False


def listing(data: Dataset) -> list[Prepared]:
    path = "/v1/events/?status=upcoming&limit=20"
    return [Prepared("GET", path, token) for token in data.access_tokens]


def detail(data: Dataset) -> list[Prepared]:
    chosen = random.Random(1).choices(range(data.events), k=10 * LOGGED_IN)
    return [
        Prepared("GET", f"/v1/events/{event_id(event)}/", data.access_tokens[n % LOGGED_IN])
        for n, event in enumerate(chosen)
    ]


def creating(data: Dataset) -> list[Prepared]:
    start = data.start_of(data.events)
    body = {
        "title": "Analytical engines, an evening",
        "description": "Bring a problem, leave with a program.",
        "start_time": f"{start:%Y-%m-%dT12:00:00Z}",
        "end_time": f"{start:%Y-%m-%dT14:00:00Z}",
        "capacity": 40,
        "type": "meetup",
        "location": "The reading room",
    }
    return [Prepared("POST", "/v1/events/", t, json.dumps(body)) for t in data.access_tokens]


def attending_many(data: Dataset) -> list[Prepared]:
    """Each person takes a seat at events that they don't attend, each in another one."""
    upcoming = list(data.upcoming())
    random.Random(1).shuffle(upcoming)
    pairs = (
        (n % LOGGED_IN, event)
        for turn in range(PREPARED)
        for n, event in enumerate(upcoming, start=turn)
    )
    free = (pair for pair in pairs if not data.attends(*pair))
    return [_seat("attend", data, *pair) for pair, _ in zip(free, range(PREPARED), strict=False)]


def attending_one(data: Dataset) -> list[Prepared]:
    """Everyone takes a seat at one event, and then gives it back, over and over."""
    hot = data.upcoming()[-1]
    people = [person for person in range(LOGGED_IN) if not data.attends(person, hot)]
    return [_seat(verb, data, person, hot) for verb in ("attend", "cancel") for person in people]


def _seat(verb: str, data: Dataset, person: int, event: int) -> Prepared:
    return Prepared("POST", f"/v1/events/{event_id(event)}/{verb}/", data.access_tokens[person])


def logging_in(data: Dataset) -> list[Prepared]:
    path = "/v1/profile/token/"
    return [
        Prepared("POST", path, body=json.dumps({"username": f"p-{n}", "password": PASSWORD}))
        for n in range(LOGGED_IN)
    ]


def refreshing(data: Dataset) -> list[Prepared]:
    path = "/v1/profile/token/refresh/"
    return [
        Prepared("POST", path, body=json.dumps({"refresh_token": token}))
        for token in data.refresh_tokens
    ]


SCENARIOS = (
    Scenario("list", listing, 0.9),
    Scenario("detail", detail, 0.7),
    Scenario("create", creating, 0.7, is_writing=True),
    Scenario("attend, many events", attending_many, 0.7, is_writing=True, is_spent=True),
    Scenario("attend, one hot event", attending_one, 0.7, is_writing=True),
    Scenario("login", logging_in, 0.9, is_writing=True, is_hashing=True),
    Scenario("refresh", refreshing, 0.7, is_writing=True, is_spent=True),
)
