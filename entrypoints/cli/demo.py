from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import click

from entrypoints.cli.errors import CommandError


class Person:
    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name
        self.username = f"{name.lower()}-{token_hex(4)}"
        self.tokens: dict[str, str] = {}

    def sign_up_and_log_in(self) -> None:
        account = {"username": self.username, "password": token_hex(12)}
        self.send("signs up", 201, "POST", "/v1/profile/signup/", json=account)
        self.tokens = self.send("logs in", 200, "POST", "/v1/profile/token/", json=account)

    def send(self, step: str, status: int, method: str, path: str, **content: Any) -> Any:
        """Print the step and its status; returns the JSON of the response. Raises CommandError."""
        if self.tokens:
            content["headers"] = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        response = self.client.request(method, path, **content)
        is_problem = response.headers.get("Content-Type") == "application/problem+json"
        code = f" {response.json().get('code')}" if is_problem else ""
        click.echo(f"{self.name} {step}: {response.status_code}{code}")
        if response.status_code != status:
            raise CommandError(f"{method} {path} did not return {status}. {response.text}")
        return response.json() if response.content else None


@click.command()
@click.option("--base-url", default="http://127.0.0.1:8000", show_default=True)
def demo(base_url: str) -> None:
    """Send demo requests to a running service.

    Creates two accounts and an event. Stops at the first unexpected response.
    """
    try:
        import httpx
    except ImportError as error:
        raise CommandError("demo needs the package httpx, which make run installs.") from error

    try:
        with httpx.Client(base_url=base_url, timeout=10) as client:
            run_journey(Person(client, "Ada"), Person(client, "Grace"))
    except (httpx.RequestError, httpx.InvalidURL) as error:
        raise CommandError(f"{base_url} does not respond: {error}") from error
    click.echo("The journey is complete.")


def run_journey(ada: Person, grace: Person) -> None:
    ada.sign_up_and_log_in()
    grace.sign_up_and_log_in()

    start = datetime.now(UTC) + timedelta(days=7)
    body = {
        "title": "Tea for one",
        "start_time": start.isoformat(),
        "end_time": (start + timedelta(hours=2)).isoformat(),
        "capacity": 1,
        "type": "social",
        "location": "The reading room",
    }
    event = ada.send("publishes an event with one seat", 201, "POST", "/v1/events/", json=body)
    path = f"/v1/events/{event['id']}/"

    ada.send("takes the seat", 204, "POST", f"{path}attend/")
    grace.send("is too late", 409, "POST", f"{path}attend/")
    place = grace.send("joins the waitlist", 201, "POST", f"{path}waitlist/")
    expect(place["position"] == 1, "Grace is first in line")
    ada.send("gives back the seat, which goes to Grace", 204, "POST", f"{path}cancel/")
    event = grace.send("looks at the event", 200, "GET", path)
    expect(event["is_attending"] and event["seats_left"] == 0, "Grace has the only seat")
    attendees = ada.send("lists the attendees", 200, "GET", f"{path}attendees/")["results"]
    expect([each["username"] for each in attendees] == [grace.username], "only Grace attends")

    for person, query in (
        (grace, {"attending": "true"}),
        (ada, {"created": "true", "status": "upcoming"}),
        (ada, {"starts_after": event["start_time"]}),
        (grace, {"search": "tea", "creator": ada.username}),
    ):
        step = f"lists events by {' and '.join(query)}"
        events = person.send(step, 200, "GET", "/v1/events/", params=query)["results"]
        expect(event["id"] in [each["id"] for each in events], "the event is among them")

    reason = {"reason": "The kettle is broken."}
    ada.send("calls the event off", 200, "POST", f"{path}call-off/", json=reason)
    event = grace.send("reads why", 200, "GET", path)
    expect(event["cancellation_reason"] == reason["reason"], "the event shows the reason")
    expect(event["is_attending"], "Grace still has her seat")
    ada.send("can no longer attend", 409, "POST", f"{path}attend/")

    refresh = "/v1/profile/token/refresh/"
    used = {"refresh_token": ada.tokens["refresh_token"]}
    ada.tokens = ada.send("refreshes her tokens", 200, "POST", refresh, json=used)
    ada.send("uses the new access token", 200, "GET", "/v1/profile/")
    ada.send("sends the old refresh token again", 401, "POST", refresh, json=used)
    newest = {"refresh_token": ada.tokens["refresh_token"]}
    ada.send("is still logged in and refreshes again", 200, "POST", refresh, json=newest)
    ada.send("reuses her first refresh token", 401, "POST", refresh, json=used)


def expect(is_true: bool, fact: str) -> None:
    if not is_true:
        raise CommandError(f"expected that {fact}.")
