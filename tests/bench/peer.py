"""Create data for any service with the same API, through the API."""

from datetime import UTC, datetime, timedelta
from secrets import token_hex

import httpx
from rich.progress import Progress

from tests.bench.dataset import PASSWORD
from tests.bench.texts import description, title, type_of

PEOPLE, EVENTS = 100, 500
CAPACITY = 1_000
DAY = timedelta(days=1)


class PeerData:
    """100 people who are logged in, and 500 upcoming events without attendees."""

    refresh_tokens: tuple[str, ...] = ()

    def __init__(self, base_url: str, progress: Progress) -> None:
        self.loaded_at = datetime.now(UTC).replace(microsecond=0)
        self.events = EVENTS
        self.usernames = [f"p-{n}-{token_hex(4)}" for n in range(PEOPLE)]
        task = progress.add_task(f"Load {base_url}", total=2 * PEOPLE + EVENTS)
        with httpx.Client(base_url=base_url, timeout=10) as client:

            def post(path: str, token: str = "", **body: object) -> dict[str, str]:
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                response = client.post(path, json=body, headers=headers).raise_for_status()
                progress.advance(task)
                return dict(response.json())

            self.access_tokens = []
            for username in self.usernames:
                account = {"username": username, "password": PASSWORD}
                post("/v1/profile/signup/", **account)
                self.access_tokens.append(post("/v1/profile/token/", **account)["access_token"])
            self._ids = [
                post(
                    "/v1/events/",
                    self.access_tokens[n % PEOPLE],
                    title=title(n),
                    description=description(n),
                    start_time=self.start_of(n).isoformat(),
                    end_time=(self.start_of(n) + timedelta(hours=2)).isoformat(),
                    capacity=CAPACITY,
                    type=type_of(n),
                )["id"]
                for n in range(EVENTS)
            ]

    def event_path(self, number: int) -> str:
        return f"/v1/events/{self._ids[number]}/"

    def start_of(self, number: int) -> datetime:
        return self.loaded_at + DAY * (number + 1)

    def upcoming(self) -> range:
        return range(EVENTS)

    def attends(self, user: int, event: int) -> bool:
        return False

    def reset(self) -> None:
        """Do nothing: events that a turn publishes remain."""
