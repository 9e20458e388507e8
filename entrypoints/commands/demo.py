"""The journey of two people through the API, told step by step."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import click


class Person:
    """Someone with an account, who says what they do."""

    def __init__(self, name: str, client: Any) -> None:
        self.name = name
        self.username = f"{name.lower()}-{token_hex(4)}"
        self._credentials = {"username": self.username, "password": f"{name}-{token_hex(8)}"}
        self._client = client
        self.tokens: dict[str, Any] = {}

    def sign_up_and_log_in(self) -> None:
        self.post("/v1/profile/signup/", 201, f"{self.name} signs up", self._credentials)
        self.log_in()

    def log_in(self) -> None:
        self.tokens = self.post(
            "/v1/profile/token/", 200, f"{self.name} logs in", self._credentials
        )

    def get(self, path: str, status: int, told: str, query: Mapping[str, str] | None = None) -> Any:
        return self._send("GET", path, status, told, params=query)

    def post(self, path: str, status: int, told: str, body: Any = None) -> Any:
        return self._send("POST", path, status, told, json=body)

    def _send(self, method: str, path: str, status: int, told: str, **content: Any) -> Any:
        if "access_token" in self.tokens:
            content["headers"] = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        response = self._client.request(method, path, **content)
        answer = response.json() if response.content else {}
        reason = f" {answer['code']}" if "code" in answer else ""
        click.echo(f"  {told}: {response.status_code}{reason}")
        if response.status_code != status:
            sys.exit(f"The journey ends here: {status} was expected. {response.text}")
        return answer


@click.command()
@click.option("--base-url", default="http://127.0.0.1:8000", show_default=True)
def demo(base_url: str) -> None:
    """Walk the whole journey against a running Turnout."""
    # Only this command needs a client.
    import httpx

    with httpx.Client(base_url=base_url, timeout=10) as client:
        try:
            walk(client)
        except httpx.TransportError as error:
            sys.exit(f"{base_url} does not answer: {error}")


def walk(client: Any) -> None:
    ada, grace = Person("Ada", client), Person("Grace", client)
    click.echo("Two people join.")
    ada.sign_up_and_log_in()
    grace.sign_up_and_log_in()

    click.echo("Ada publishes an event with one seat.")
    start = datetime.now(UTC) + timedelta(days=7)
    event = ada.post(
        "/v1/events/",
        201,
        "Ada publishes it",
        {
            "title": "Tea for one",
            "start_time": start.isoformat(),
            "end_time": (start + timedelta(hours=2)).isoformat(),
            "capacity": 1,
            "type": "social",
            "location": "The reading room",
        },
    )
    path = f"/v1/events/{event['id']}/"

    click.echo("Both want the seat.")
    ada.post(f"{path}attend/", 204, "Ada takes it")
    grace.post(f"{path}attend/", 409, "Grace is refused")
    ada.post(f"{path}cancel/", 204, "Ada gives it back")
    grace.post(f"{path}attend/", 204, "Grace takes it")
    seen = grace.get(path, 200, "Grace looks at the event")
    _expect(seen["is_attending"] and seen["seats_left"] == 0, "Grace has the only seat")

    click.echo("Filters find the event.")
    for person, told, query in (
        (grace, "among those Grace attends", {"attending": "true"}),
        (ada, "among those Ada created", {"created": "true", "status": "upcoming"}),
        (ada, "among those that start then", {"starts_after": event["start_time"]}),
        (grace, "among Ada's about tea", {"search": "tea", "creator": ada.username}),
    ):
        found = person.get("/v1/events/", 200, f"{person.name} lists events", query)
        _expect(event["id"] in [each["id"] for each in found["results"]], f"It is {told}")
    attendees = ada.get(f"{path}attendees/", 200, "Ada asks who attends")
    names = [each["username"] for each in attendees["results"]]
    _expect(names == [grace.username], "It is Grace alone")

    click.echo("Ada's tokens are refreshed.")
    spent = {"refresh_token": ada.tokens["refresh_token"]}
    ada.tokens = ada.post("/v1/profile/token/refresh/", 200, "Ada spends her refresh token", spent)
    ada.get("/v1/profile/", 200, "The new access token works")
    ada.post("/v1/profile/token/refresh/", 401, "The spent refresh token is refused", spent)
    click.echo("The journey is complete.")


def _expect(is_met: bool, told: str) -> None:
    click.echo(f"  {told}: {'yes' if is_met else 'no'}")
    if not is_met:
        sys.exit("The journey ends here.")
