"""HTTP clients that record their responses, and load made of them."""

import json
import random
import select
import time
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from urllib.parse import urlsplit
from uuid import UUID

from tests.concurrency import wait_until
from tests.sample_data import SampleUser
from tests.torture.ledger import Action, Ledger, Response

# A slower response is a fault; it is recorded as a lost connection.
TIMEOUT_S = 60
# Clients pause this long after a 503 or a lost connection.
PAUSE_S = 0.02
PATHS = {
    Action.ATTEND: ("POST", "attend/"),
    Action.CANCEL: ("POST", "cancel/"),
    Action.JOIN: ("POST", "waitlist/"),
    Action.LEAVE: ("DELETE", "waitlist/"),
}


class Client:
    """One connection, reopened when it is lost."""

    def __init__(self, base_url: str) -> None:
        self._http = HTTPConnection(urlsplit(base_url).netloc, timeout=TIMEOUT_S)

    def connect(self) -> None:
        self._http.connect()

    def request_until_available(self, *request) -> Response:
        """Repeat an idempotent request after a 503 or a lost connection."""
        responses: list[Response] = []

        def is_answered() -> bool:
            responses.append(self.request(*request))
            return responses[-1].status not in (None, 503)

        wait_until(is_answered, "a request is answered")
        return responses[-1]

    def request(self, user: SampleUser | None, method: str, path: str, body=None) -> Response:
        if self._was_closed():
            self._http.close()
        headers = {"Authorization": f"Bearer {user.access_token}"} if user else {}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body)
        started = time.monotonic()
        try:
            self._http.request(method, path, content, headers)
            response = self._http.getresponse()
            status, text = response.status, response.read()
        except (OSError, HTTPException):
            self._http.close()
            return Response(None, None, started, time.monotonic())
        ended = time.monotonic()
        is_problem = response.headers.get("Content-Type") == "application/problem+json"
        return Response(status, json.loads(text)["code"] if is_problem else None, started, ended)

    def _was_closed(self) -> bool:
        """The server closes an idle connection; there is nothing else to read between requests."""
        if self._http.sock is None:
            return False
        poll = select.poll()
        poll.register(self._http.sock, select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        self._http.close()


class AttendeeClient:
    """Acts as one user, and records each response in the ledger."""

    def __init__(self, client: Client, ledger: Ledger, user: SampleUser) -> None:
        self.client = client
        self._ledger = ledger
        self._user = user

    def attend(self, event: UUID) -> Response:
        return self.act(Action.ATTEND, event)

    def cancel(self, event: UUID) -> Response:
        return self.act(Action.CANCEL, event)

    def act(self, action: Action, event: UUID) -> Response:
        method, path = PATHS[action]
        return self._send(event, action, self._user, method, f"/v1/events/{event}/{path}")

    def be_removed(self, event: UUID, creator: SampleUser) -> Response:
        """The creator's request, sent in the user's turn: the ledger needs one order."""
        path = f"/v1/events/{event}/attendees/{self._user.id}/"
        return self._send(event, Action.BE_REMOVED, creator, "DELETE", path)

    def delete_account(self, event: UUID, password: str) -> Response:
        """Recorded for this event only."""
        body = {"password": password}
        path = "/v1/profile/"
        return self._send(event, Action.DELETE_ACCOUNT, self._user, "DELETE", path, body)

    def _send(self, event: UUID, action: Action, *request) -> Response:
        response = self.client.request(*request)
        self._ledger.record(event, self._user.id, action, response)
        return response


class Load:
    """While the block runs, each user attends and cancels at random.

    `pause_s`: between a response and the user's next request.
    """

    def __init__(self, base_url: str, ledger: Ledger, users, events, *, pause_s: float = 0) -> None:
        self._stop = Event()
        self._pause_s = pause_s
        self._threads = [
            Thread(
                target=self._run,
                args=(AttendeeClient(Client(base_url), ledger, user), events, number),
            )
            for number, user in enumerate(users)
        ]

    def _run(self, client: AttendeeClient, events, seed: int) -> None:
        chance = random.Random(seed)
        while not self._stop.is_set():
            send = chance.choice((client.attend, client.cancel))
            is_failed = send(chance.choice(events)).status in (None, 503)
            self._stop.wait(max(self._pause_s, PAUSE_S * is_failed))
        client.client.close()

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
