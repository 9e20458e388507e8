"""The API and an independent model of its rules behave the same."""

import os
from datetime import UTC, datetime, timedelta
from secrets import token_hex

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
from sqlalchemy import text

from tests.e2e.client import Visitor
from tests.e2e.model.model import CREATED, NO_CONTENT, Model
from tests.e2e.model.strategies import DESCRIPTIONS, HOURS, QUERIES
from tests.e2e.pagination.pages import all_pages

START = datetime(2031, 3, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
capacities = st.integers(0, 3)


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

    def teardown(self):
        for path in self.model.events:
            self.compare(path)
        for member in self.members.values():
            member.http.close()
        self.visitor.http.close()
        self.clock.stop()

    def assert_equal(self, response, expected):
        body = response.json() if response.content else {}
        assert (response.status_code, body.get("code")) == expected, response.text

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
        start_offset=HOURS,
        duration=HOURS,
        capacity=capacities,
        description=DESCRIPTIONS,
    )
    def create(self, person, start_offset, duration, capacity, description):
        if person not in self.members:
            return multiple()
        start_time = self.model.now + start_offset * HOUR
        end_time = start_time + duration * HOUR
        expected = self.model.create(start_time, end_time, capacity)
        response = self.members[person].create_event(
            start_time=start_time.isoformat(),
            end_time=end_time.isoformat(),
            capacity=capacity,
            **description,
        )
        self.assert_equal(response, expected)
        if expected != CREATED:
            return multiple()
        path = response.headers["Location"]
        self.model.add(path, person, start_time, end_time, capacity, **description)
        return path

    @rule(person=people, path=events, capacity=capacities)
    def change_capacity(self, person, path, capacity):
        if member := self.members.get(person):
            expected = self.model.update(person, path, {"capacity": capacity})
            self.assert_equal(member.patch(path, capacity=capacity), expected)

    @rule(person=people, path=events, start_offset=st.none() | HOURS, end_offset=st.none() | HOURS)
    def reschedule(self, person, path, start_offset, end_offset):
        if person not in self.members:
            return
        offsets = {"start": start_offset, "end": end_offset}
        changes = {k: self.model.now + v * HOUR for k, v in offsets.items() if v is not None}
        expected = self.model.update(person, path, changes)
        body = {f"{name}_time": instant.isoformat() for name, instant in changes.items()}
        self.assert_equal(self.members[person].patch(path, **body), expected)

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

    @rule(hours=st.integers(1, 4))
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
            if path not in self.model.events:
                assert response.status_code == 404
                continue
            event, body = self.model.events[path], response.json()
            assert body["creator"]["username"] == event.creator
            assert (body["capacity"], body["status"]) == (event.capacity, self.model.status(path))
            assert body["attendees_count"] == len(event.attendees)
            assert body["is_attending"] == (name in event.attendees)
            attendees = member.get(f"{path}attendees/").json()["results"]
            names = [each["username"] for each in attendees]
            assert sorted(names, key=str) == sorted(event.attendees, key=str)

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
