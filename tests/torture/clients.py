"""People with HTTP connections."""

import json
import random
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPException
from threading import Barrier, Event, Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from tests.sample_data import Person
from tests.torture.ledger import Action, Answer, Ledger

# Whoever waits longer has found a fault: it is recorded like a lost connection, and told.
TIMEOUT_S = 60
# How long someone waits who was turned away, so that a dead service is not asked without pause.
PAUSE_S = 0.02


class Client:
    """One connection, opened anew when it is lost."""

    def __init__(self, base_url: str) -> None:
        self._http = HTTPConnection(urlsplit(base_url).netloc, timeout=TIMEOUT_S)

    def connect(self) -> None:
        self._http.connect()

    def ask(self, person: Person | None, method: str, path: str, body=None) -> Answer:
        headers = {"Authorization": f"Bearer {person.access_token}"} if person else {}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body)
        begun = time.monotonic()
        try:
            self._http.request(method, path, content, headers)
            response = self._http.getresponse()
            status, text = response.status, response.read()
        except (OSError, HTTPException):
            self._http.close()
            return Answer(None, None, begun, time.monotonic())
        ended = time.monotonic()
        is_problem = response.headers.get("Content-Type") == "application/problem+json"
        return Answer(status, json.loads(text)["code"] if is_problem else None, begun, ended)

    def close(self) -> None:
        self._http.close()


class Attendant:
    """Someone who acts on events and writes down what they were told."""

    def __init__(self, base_url: str, ledger: Ledger, person: Person) -> None:
        self.client = Client(base_url)
        self._ledger = ledger
        self._person = person

    def attend(self, event: UUID) -> Answer:
        return self._act(event, Action.ATTEND)

    def cancel(self, event: UUID) -> Answer:
        return self._act(event, Action.CANCEL)

    def _act(self, event: UUID, action: Action) -> Answer:
        answer = self.client.ask(self._person, "POST", f"/v1/events/{event}/{action}/")
        self._ledger.record(event, self._person.id, action, answer)
        return answer


def at_once(acts: Sequence[Callable[..., Any]]) -> list[Any]:
    """What each returned; none begins before all are ready. What one raises is raised here."""
    barrier = Barrier(len(acts))
    results: list[Any] = [None] * len(acts)
    errors: list[Exception] = []

    def run(number: int) -> None:
        try:
            barrier.wait()
            results[number] = acts[number]()
        except Exception as error:  # noqa: BLE001  # raised again below
            errors.append(error)

    threads = [Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


class Load:
    """People who attend and cancel at random, each without pause, for the length of the block."""

    def __init__(self, base_url: str, ledger: Ledger, people, events) -> None:
        self._stop = Event()
        self._threads = [
            Thread(target=self._live, args=(Attendant(base_url, ledger, person), events, number))
            for number, person in enumerate(people)
        ]

    def _live(self, person: Attendant, events, number: int) -> None:
        chance = random.Random(number)
        while not self._stop.is_set():
            act = chance.choice((person.attend, person.cancel))
            if act(chance.choice(events)).status in (None, 503):
                self._stop.wait(PAUSE_S)
        person.client.close()

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def wait_until(holds: Callable[..., bool], told: str, timeout_s: float = TIMEOUT_S) -> float:
    """The seconds that it took. Raises TimeoutError."""
    begun = time.monotonic()
    while not holds():
        if time.monotonic() - begun > timeout_s:
            raise TimeoutError(told)
        time.sleep(0.005)
    return time.monotonic() - begun
