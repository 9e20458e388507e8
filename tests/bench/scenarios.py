"""The scenarios: their requests and their targets."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tests.bench.dataset import PASSWORD, Dataset
from tests.bench.load import Prepared
from tests.bench.peer import PeerData

Data: TypeAlias = Dataset | PeerData

PREPARED = 60_000


@dataclass(frozen=True)
class Scenario:
    """`is_single_use`: each request works only once, so a turn must not send more than prepared.

    `is_hashing`: compared with Argon2 in a loop, at equal concurrency, instead of with the floor.
    """

    name: str
    prepare: Callable[[Data], Sequence[Prepared]]
    min_ratio: float
    is_writing: bool = False
    is_single_use: bool = False
    is_hashing: bool = False


def list_events(data: Data) -> list[Prepared]:
    path = "/v1/events/?status=upcoming&limit=20"
    return [Prepared("GET", path, token) for token in data.access_tokens]


def list_uncounted(data: Data) -> list[Prepared]:
    path = "/v1/events/?status=upcoming&limit=20&count=false"
    return [Prepared("GET", path, token) for token in data.access_tokens]


def detail(data: Data) -> list[Prepared]:
    tokens = data.access_tokens
    chosen = random.Random(1).choices(range(data.events), k=10 * len(tokens))
    return [
        Prepared("GET", data.event_path(event), tokens[n % len(tokens)])
        for n, event in enumerate(chosen)
    ]


def create(data: Data) -> list[Prepared]:
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


def attend_many(data: Data) -> list[Prepared]:
    """Users attend events that they do not attend yet; consecutive users, different events."""
    upcoming = list(data.upcoming())
    random.Random(1).shuffle(upcoming)
    pairs = (
        (n % len(data.access_tokens), event)
        for turn in range(PREPARED)
        for n, event in enumerate(upcoming, start=turn)
    )
    free = (pair for pair in pairs if not data.attends(*pair))
    return [_seat("attend", data, *pair) for pair, _ in zip(free, range(PREPARED), strict=False)]


def attend_one(data: Data) -> list[Prepared]:
    """All users attend one event and then cancel, repeatedly."""
    event = data.upcoming()[-1]
    users = [user for user in range(len(data.access_tokens)) if not data.attends(user, event)]
    return [_seat(verb, data, user, event) for verb in ("attend", "cancel") for user in users]


def _seat(verb: str, data: Data, user: int, event: int) -> Prepared:
    return Prepared("POST", f"{data.event_path(event)}{verb}/", data.access_tokens[user])


def log_in(data: Data) -> list[Prepared]:
    path = "/v1/profile/token/"
    return [
        Prepared("POST", path, body=json.dumps({"username": username, "password": PASSWORD}))
        for username in data.usernames
    ]


def refresh(data: Data) -> list[Prepared]:
    path = "/v1/profile/token/refresh/"
    return [
        Prepared("POST", path, body=json.dumps({"refresh_token": token}))
        for token in data.refresh_tokens
    ]


SCENARIOS = (
    Scenario("list", list_events, 0.9),
    Scenario("list, count=false", list_uncounted, 0.9),
    Scenario("detail", detail, 0.9),
    Scenario("create", create, 0.8, is_writing=True),
    Scenario("attend, many events", attend_many, 0.7, is_writing=True, is_single_use=True),
    Scenario("attend, one hot event", attend_one, 0.6, is_writing=True),
    Scenario("login", log_in, 0.88, is_writing=True, is_hashing=True),
    Scenario("refresh", refresh, 0.75, is_writing=True, is_single_use=True),
)
