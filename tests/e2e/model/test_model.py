"""The API and an independent model of its rules behave the same."""

import os
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from urllib.parse import urlsplit

import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)
from icalendar import Calendar
from sqlalchemy import text

from tests.e2e.client import Visitor
from tests.e2e.model.model import CREATED, NO_CONTENT, NOT_FOUND, OK, Model
from tests.e2e.model.strategies import (
    ATTENDEES_VISIBLE_TO,
    DESCRIPTIONS,
    NEW_TIMES,
    QUERIES,
    REASONS,
    TIMES,
    VISIBILITY,
)
from tests.e2e.pagination.pages import all_pages

START = datetime(2031, 3, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = "/v1/profile/calendar/"
NAMES = {
    "start": "start_time",
    "end": "end_time",
    "opens": "registration_opens_at",
    "closes": "registration_closes_at",
}
capacities = st.integers(0, 3)


def written(times):
    """In JSON."""
    return {NAMES[name]: instant and instant.isoformat() for name, instant in times.items()}


def code_of(response):
    """The status, and the code of a problem."""
    is_problem = response.headers.get("Content-Type") == "application/problem+json"
    return response.status_code, response.json()["code"] if is_problem else None


def shown(event):
    """The fields of an event that the model has."""
    names = ("capacity", "status", "state", "visibility", "attendees_visible_to")
    others = ("is_attending", "attendees_count", "cancellation_reason")
    times = (*NAMES.values(), "published_at", "cancelled_at")
    return (
        {"creator": event["creator"]["username"]}
        | {name: event[name] for name in (*names, *others)}
        | {name: event[name] and datetime.fromisoformat(event[name]) for name in times}
    )


class ApiAndModel(RuleBasedStateMachine):
    """Each rule calls the API and the model, which must agree."""

    people = Bundle("people")
    events = Bundle("events")

    def __init__(self, base_url, document, engine):
        super().__init__()
        with engine.begin() as connection:
            connection.execute(text("TRUNCATE users CASCADE"))
        # The clock only moves in time_passes, so that requests can hit exact instants.
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.model = Model(START)
        self.visitor = Visitor(base_url, document)
        self.suffix = token_hex(6)
        self.members = {}
        self.bodies = {}

    def from_now(self, offsets):
        return {
            name: None if hours is None else self.model.now + hours * HOUR
            for name, hours in offsets.items()
        }

    def teardown(self):
        for path in self.model.events:
            self.compare(path)
        for member in self.members.values():
            member.http.close()
        self.visitor.http.close()
        self.clock.stop()

    def assert_equal(self, response, expected):
        outcome = code_of(response)
        assert outcome == expected, response.text

    @initialize(target=people)
    def first_user(self):
        return self.sign_up("ada")

    @rule(target=people, name=st.sampled_from(["ada", "Ada", "grace", "mary"]))
    def sign_up(self, name):
        name = f"{name}-{self.suffix}"
        expected = self.model.sign_up(name)
        self.assert_equal(self.visitor.sign_up(name), expected)
        if expected != CREATED:
            return multiple()
        tokens = self.visitor.log_in(name).json()
        self.members[name] = self.visitor.with_token(tokens["access_token"])
        return name

    @rule(
        target=events,
        person=people,
        offsets=TIMES,
        capacity=capacities,
        description=DESCRIPTIONS,
    )
    def create(self, person, offsets, capacity, description):
        if person not in self.members:
            return multiple()
        times = self.from_now(offsets)
        expected = self.model.create(times, capacity)
        response = self.members[person].create_event(
            **written(times), capacity=capacity, **description
        )
        self.assert_equal(response, expected)
        if expected != CREATED:
            return multiple()
        path = response.headers["Location"]
        self.model.add(path, person, times | {"capacity": capacity} | description)
        return path

    @rule(person=people, path=events, capacity=capacities)
    def change_capacity(self, person, path, capacity):
        if member := self.members.get(person):
            expected = self.model.update(person, path, {"capacity": capacity})
            self.assert_equal(member.patch(path, capacity=capacity), expected)

    @rule(person=people, path=events, offsets=NEW_TIMES)
    def reschedule(self, person, path, offsets):
        if member := self.members.get(person):
            times = self.from_now(offsets)
            expected = self.model.update(person, path, times)
            self.assert_equal(member.patch(path, **written(times)), expected)

    @rule(person=people, path=events, visibility=VISIBILITY, visible_to=ATTENDEES_VISIBLE_TO)
    def change_access(self, person, path, visibility, visible_to):
        if member := self.members.get(person):
            changes = {"visibility": visibility, "attendees_visible_to": visible_to}
            expected = self.model.update(person, path, changes)
            self.assert_equal(member.patch(path, **changes), expected)

    @rule(person=people, path=events)
    def publish(self, person, path):
        if member := self.members.get(person):
            self.assert_equal(member.publish(path), self.model.publish(person, path))

    @rule(person=people, path=events, reason=REASONS)
    def call_off(self, person, path, reason):
        if member := self.members.get(person):
            expected = self.model.call_off(person, path, reason)
            self.assert_equal(member.call_off(path, reason=reason), expected)

    @rule(person=people, path=events)
    def attend(self, person, path):
        if member := self.members.get(person):
            self.assert_equal(member.attend(path), self.model.attend(person, path))

    @rule(person=people, path=events)
    def cancel(self, person, path):
        if member := self.members.get(person):
            self.assert_equal(member.cancel(path), self.model.cancel(person, path))

    @rule(person=people, path=events)
    def delete(self, person, path):
        if member := self.members.get(person):
            self.assert_equal(member.delete(path), self.model.delete(person, path))

    @rule(person=consumes(people))
    def delete_account(self, person):
        if len(self.members) > 1:
            member = self.members.pop(person)
            self.assert_equal(member.delete_account(), NO_CONTENT)
            self.model.delete_account(person)
            member.http.close()

    @rule(hours=st.integers(1, 4) | st.just(30 * 24))
    def time_passes(self, hours):
        self.model.now += hours * HOUR
        self.traveller.move_to(self.model.now, tick=False)
        for name, member in self.members.items():  # access tokens expire after one hour
            tokens = self.visitor.log_in(name).json()
            member.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    @rule(path=events)
    def get_event(self, path):
        self.compare(path)

    def compare(self, path):
        for name, member in self.members.items():
            response = member.get(path)
            self.assert_equal(response, OK if self.model.exists_for(name, path) else NOT_FOUND)
            attendees = member.get(f"{path}attendees/")
            self.assert_equal(attendees, self.model.list_attendees(name, path))
            calendar = member.get(f"{path}calendar.ics")
            assert code_of(calendar) == self.model.calendar(name, path)
            if response.status_code != 200:
                continue
            event, body = self.model.events[path], response.json()
            assert shown(body) == {
                "creator": event.creator,
                "capacity": event.capacity,
                "status": self.model.status(path),
                "state": event.state,
                "visibility": event.visibility,
                "attendees_visible_to": event.attendees_visible_to,
                "is_attending": name in event.attendees,
                "attendees_count": len(event.attendees),
                "start_time": event.start,
                "end_time": event.end,
                "registration_opens_at": event.opens,
                "registration_closes_at": event.closes,
                "published_at": event.published,
                "cancelled_at": event.cancelled,
                "cancellation_reason": event.reason,
            }
            # An ETag is never used for another state of the event.
            etag = response.headers["ETag"]
            assert self.bodies.setdefault((name, path, etag), body) == body
            if attendees.status_code == 200:
                names = [each["username"] for each in attendees.json()["results"]]
                assert sorted(names, key=str) == sorted(event.attendees, key=str)
            if calendar.status_code == 200:
                [entry] = Calendar.from_ical(calendar.content).walk("VEVENT")
                assert entry["SEQUENCE"] == event.changes
                assert (entry.get("STATUS") == "CANCELLED") == (event.state == "cancelled")

    @rule(person=people)
    def read_feed(self, person):
        if member := self.members.get(person):
            feed = self.visitor.get(urlsplit(member.post(FEED).json()["url"]).path)
            entries = Calendar.from_ical(feed.content).walk("VEVENT")
            found = {urlsplit(str(entry["URL"])).path for entry in entries}
            assert found == self.model.feed(person)

    @rule(person=people, query=QUERIES, limit=st.sampled_from([1, 2, 100]))
    def list_events(self, person, query, limit):
        if person not in self.members:
            return
        if "creator" in query:
            query["creator"] += f"-{self.suffix}"
        for bound in query.keys() & {"ends_after", "ends_before"}:
            query[bound] = self.model.now + query[bound] * HOUR
        parameters = {"limit": limit} | {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in query.items()
        }
        pages = all_pages(self.members[person], **parameters)
        found = [f"/v1/events/{each['id']}/" for page in pages for each in page["results"]]
        assert found == self.model.list_events(person, query)


def test_the_api_and_the_model_agree(base_url, document, empty_database):
    run_state_machine_as_test(
        lambda: ApiAndModel(base_url, document, empty_database),  # type: ignore[arg-type]
        settings=settings(
            max_examples=int(os.environ.get("MODEL_EXAMPLES", "15")),
            stateful_step_count=40,
            deadline=None,
            derandomize="MODEL_EXAMPLES" not in os.environ,
            database=None,
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
