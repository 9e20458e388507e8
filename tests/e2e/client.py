"""Users of the API over HTTP. Every response is checked against the OpenAPI document."""

from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import httpx

from tests.e2e.conformance import Document

PASSWORD = "correct horse battery"


class Visitor:
    """A client without an account."""

    def __init__(self, base_url: str, document: Document, headers: dict[str, str] | None = None):
        self._base_url = base_url
        self._document = document
        self.http = httpx.Client(
            base_url=base_url,
            headers=headers,
            timeout=30,
            verify=False,  # no TLS; loading certificates takes longer than a request
            event_hooks={"response": [self._check]},
        )

    def _check(self, response: httpx.Response) -> None:
        response.read()
        self._document.check(response)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.http.post(path, json=body, **options)

    def sign_up(self, username: str, **fields: Any) -> httpx.Response:
        body = {"username": username, "password": PASSWORD, **fields}
        return self.post("/v1/profile/signup/", body)

    def log_in(self, username: str, password: str = PASSWORD) -> httpx.Response:
        return self.post("/v1/profile/token/", {"username": username, "password": password})

    def refresh(self, refresh_token: str) -> httpx.Response:
        return self.post("/v1/profile/token/refresh/", {"refresh_token": refresh_token})

    def revoke(self, refresh_token: str) -> httpx.Response:
        return self.post("/v1/profile/token/revoke/", {"refresh_token": refresh_token})

    def verify(self, token: str) -> httpx.Response:
        return self.post("/v1/profile/token/verify/", {"token": token})

    def with_token(self, token: str) -> "Member":
        return Member(self._base_url, self._document, {"Authorization": f"Bearer {token}"})

    def new_member(self, name: str = "ada") -> "Member":
        """Sign up with a unique username and log in."""
        username = f"{name}-{token_hex(6)}"
        profile = self.sign_up(username)
        assert profile.status_code == 201, profile.text
        tokens = self.log_in(username).json()
        member = self.with_token(tokens["access_token"])
        member.username, member.id, member.tokens = username, profile.json()["id"], tokens
        return member

    def log_in_again(self, member: "Member") -> "Member":
        """Open another session for the same member."""
        tokens = self.log_in(member.username).json()
        other = self.with_token(tokens["access_token"])
        other.username, other.id, other.tokens = member.username, member.id, tokens
        return other


class Member(Visitor):
    """A client with an access token."""

    username: str
    id: str
    tokens: dict[str, Any]

    def is_logged_in(self) -> bool:
        """Whether the access token is accepted."""
        status = self.get("/v1/profile/").status_code
        assert status in (200, 401)
        return status == 200

    def sessions(self) -> list[dict[str, Any]]:
        response = self.get("/v1/profile/sessions/")
        assert response.status_code == 200, response.text
        return list(response.json()["results"])

    def change_password(self, current: str, new: str) -> httpx.Response:
        body = {"current_password": current, "new_password": new}
        return self.post("/v1/profile/password/", body)

    def change_email(self, email: str | None, password: str = PASSWORD) -> httpx.Response:
        return self.patch("/v1/profile/", email=email, current_password=password)

    def delete_account(self, password: str = PASSWORD) -> httpx.Response:
        return self.http.request("DELETE", "/v1/profile/", json={"password": password})

    def create_event(self, **changes: Any) -> httpx.Response:
        return self.post("/v1/events/", an_event_body(**changes))

    def new_event(self, **changes: Any) -> str:
        """Create an event and return its path."""
        response = self.create_event(**changes)
        assert response.status_code == 201, response.text
        return str(response.headers["Location"])

    def attend(self, event: str) -> httpx.Response:
        return self.post(f"{event}attend/")

    def cancel(self, event: str) -> httpx.Response:
        return self.post(f"{event}cancel/")

    def join_waitlist(self, event: str) -> httpx.Response:
        return self.post(f"{event}waitlist/")

    def leave_waitlist(self, event: str) -> httpx.Response:
        return self.http.delete(f"{event}waitlist/")

    def remove_attendee(self, event: str, attendee: "Member") -> httpx.Response:
        return self.http.delete(f"{event}attendees/{attendee.id}/")

    def patch(self, event: str, **changes: Any) -> httpx.Response:
        return self.http.patch(event, json=changes)

    def put(self, event: str, **body: Any) -> httpx.Response:
        return self.http.put(event, json=body)

    def delete(self, event: str) -> httpx.Response:
        return self.http.delete(event)

    def publish(self, event: str) -> httpx.Response:
        return self.post(f"{event}publish/")

    def call_off(self, event: str, **body: Any) -> httpx.Response:
        """Without a reason, the request has no body."""
        return self.post(f"{event}call-off/", body or None)

    def create_webhook(self, **changes: Any) -> httpx.Response:
        return self.post("/v1/webhooks/", {"url": "https://hooks.example.org/"} | changes)

    def new_webhook(self, **changes: Any) -> str:
        """Create a webhook and return its path."""
        response = self.create_webhook(**changes)
        assert response.status_code == 201, response.text
        return str(response.headers["Location"])

    def event_titles(self, **query: Any) -> list[str]:
        """The titles on a page of the event list."""
        response = self.get("/v1/events/", params=query)
        assert response.status_code == 200, response.text
        return [event["title"] for event in response.json()["results"]]


def in_hours(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def an_event_body(**changes: Any) -> dict[str, Any]:
    body = {"title": "Tea", "start_time": in_hours(24), "end_time": in_hours(25)}
    return body | changes
