"""The API and an independent model of its rules behave the same."""

import os
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from urllib.parse import urlsplit

import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from icalendar import Calendar
from sqlalchemy import text

from tests.e2e.client import Visitor
from tests.e2e.model.model import CREATED, FULL, NO_CONTENT, NOT_FOUND, OK, Model
from tests.e2e.model.strategies import (
    CAPACITIES,
    CHANGES,
    DETAILS,
    GENEROUS_CHANGES,
    REASONS,
    TIMES,
    queries,
)
from tests.e2e.pagination.pages import all_pages
from tests.postgres import delete_rows

START = datetime(2031, 3, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = ["ada", "grace", "mary"]
FEED = "/v1/profile/calendar/"
NAMES = {
    "start": "start_time",
    "end": "end_time",
    "opens": "registration_opens_at",
    "closes": "registration_closes_at",
}
ACTIONS = [
    *("free_seats", "list_events", "attend", "edit", "create", "publish", "call_off", "cancel"),
    *("read", "list_events", "delete", "time_passes", "sign_up_or_delete_account"),
    *("line_up", "join", "leave", "remove", "free_seats"),
]
# Events that break a rule. Checked in the database, so an error in the model cannot hide one.
VIOLATIONS = text("""
    WITH places AS (
        SELECT e.*,
            (SELECT count(*) FROM attendances a WHERE a.event_id = e.id) AS seats,
            (SELECT count(*) FROM waitlist_entries w WHERE w.event_id = e.id) AS entries,
            EXISTS (
                SELECT FROM attendances JOIN waitlist_entries USING (event_id, user_id)
                WHERE event_id = e.id
            ) AS is_both
        FROM events e
    )
    SELECT id FROM places
    WHERE seats > capacity OR seats <> attendees_count OR entries <> waitlist_count OR is_both
        OR entries > 0 AND seats < capacity AND waitlist_enabled AND cancelled_at IS NULL
            AND :now < least(start_time, registration_closes_at)
""")

# Events whose messages in the outbox do not add up to what happened to them.
UNWRITTEN = text("""
    WITH messages AS (
        SELECT body::jsonb ->> 'type' AS type,
            (coalesce(body::jsonb #> '{data,event,id}', body::jsonb #> '{data,event_id}') #>> '{}')
                ::uuid AS event_id
        FROM outbox
    ), numbers AS (
        SELECT event_id,
            count(*) FILTER (WHERE type = 'event.published') AS published,
            count(*) FILTER (WHERE type = 'event.cancelled') AS cancelled,
            count(*) FILTER (WHERE type = 'attendance.created') AS created,
            count(*) FILTER (WHERE type = 'attendance.promoted') AS promoted,
            count(*) FILTER (WHERE type = 'attendance.cancelled') AS given_up,
            count(*) FILTER (WHERE type = 'waitlist.joined') AS joined,
            count(*) FILTER (WHERE type = 'waitlist.left') AS "left",
            count(*) FILTER (WHERE type = 'event.deleted') AS deleted
        FROM messages GROUP BY event_id
    )
    SELECT coalesce(id, event_id) FROM events FULL JOIN numbers ON event_id = id
    WHERE CASE
        WHEN id IS NULL THEN deleted <> 1
        WHEN event_id IS NULL THEN published_at IS NOT NULL
        ELSE deleted > 0
            OR published <> (published_at IS NOT NULL)::int
            OR cancelled <> (cancelled_at IS NOT NULL)::int
            OR created + promoted - given_up <> attendees_count
            OR joined - promoted - "left" <> waitlist_count
    END
""")


def written(times):
    """In JSON."""
    return {NAMES[name]: instant and instant.isoformat() for name, instant in times.items()}


def code_of(response):
    """The status, and the code of a problem."""
    is_problem = response.headers.get("Content-Type") == "application/problem+json"
    return response.status_code, response.json()["code"] if is_problem else None


def shown(event):
    """The fields of an event that the model also has."""
    names = ("capacity", "status", "state", "visibility", "attendees_visible_to")
    others = ("is_attending", "attendees_count", "cancellation_reason")
    waitlist = ("waitlist_enabled", "waitlist_count", "waitlist_position")
    times = (*NAMES.values(), "published_at", "cancelled_at")
    return (
        {"creator": event["creator"]["username"]}
        | {name: event[name] for name in (*names, *others, *waitlist)}
        | {name: event[name] and datetime.fromisoformat(event[name]) for name in times}
    )


class ApiAndModel(RuleBasedStateMachine):
    """Each step calls the API and the model, which must agree.

    There is one rule, which selects an action: Hypothesis leaves out rules at random, and in a
    small run would hardly try some.
    """

    def __init__(self, base_url, document, engine):
        super().__init__()
        delete_rows(engine)
        # The clock only moves in time_passes, so that requests can hit exact instants.
        self.engine = engine
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.model = Model(START)
        self.visitor = Visitor(base_url, document)
        self.suffix = token_hex(6)
        self.members = {}
        self.paths = []  # also of deleted events
        self.bodies = {}
        for name in PEOPLE:
            self.sign_up(name)

    def teardown(self):
        for path in self.model.events:
            self.compare(path)
        for member in self.members.values():
            member.http.close()
        self.visitor.http.close()
        self.clock.stop()

    @rule(data=st.data())
    def act(self, data):
        action = data.draw(st.sampled_from(ACTIONS)) if self.model.events else "create"
        getattr(self, action)(data.draw)

    @invariant()
    def no_rule_is_violated(self):
        with self.engine.connect() as connection:
            found = connection.execute(VIOLATIONS, {"now": self.model.now}).all()
        assert not found

    @invariant()
    def every_change_is_written_to_the_outbox(self):
        with self.engine.connect() as connection:
            found = connection.execute(UNWRITTEN).all()
        assert not found

    def assert_equal(self, response, expected):
        assert code_of(response) == expected, response.text

    def anyone(self, draw):
        name = draw(st.sampled_from(list(self.members)))
        return name, self.members[name]

    def any_path(self, draw):
        """The path of an event, newest first, or of a deleted one."""
        deleted = [path for path in self.paths if path not in self.model.events]
        return draw(st.sampled_from([*reversed(self.model.events), *deleted[-1:]]))

    def creator_or_anyone(self, draw, path):
        """Mostly the creator, if there is one."""
        event = self.model.events.get(path)
        if event and event.creator and draw(st.sampled_from([True, True, False])):
            return event.creator, self.members[event.creator]
        return self.anyone(draw)

    def from_now(self, offsets):
        return {
            name: None if hours is None else self.model.now + hours * HOUR
            for name, hours in offsets.items()
        }

    def sign_up(self, name):
        name = f"{name}-{self.suffix}"
        expected = self.model.sign_up(name)
        profile = self.visitor.sign_up(name)
        self.assert_equal(profile, expected)
        if expected == CREATED:
            tokens = self.visitor.log_in(name).json()
            self.members[name] = self.visitor.with_token(tokens["access_token"])
            self.members[name].id = profile.json()["id"]

    def sign_up_or_delete_account(self, draw):
        """At least one user remains."""
        if len(self.members) < len(PEOPLE):
            self.sign_up(draw(st.sampled_from([*PEOPLE, "Ada"])))
            return
        self.delete_account(self.anyone(draw)[0])

    def delete_account(self, name):
        self.assert_equal(self.members[name].delete_account(), NO_CONTENT)
        self.model.delete_account(name)
        self.members.pop(name).http.close()

    def create(self, draw):
        name, member = self.anyone(draw)
        times, capacity, details = self.from_now(draw(TIMES)), draw(CAPACITIES), draw(DETAILS)
        expected = self.model.create(times, capacity)
        response = member.create_event(**written(times), capacity=capacity, **details)
        self.assert_equal(response, expected)
        if expected == CREATED:
            path = response.headers["Location"]
            self.model.add(path, name, times | {"capacity": capacity} | details)
            self.paths.append(path)

    def edit(self, draw):
        path, changes = self.any_path(draw), draw(CHANGES)
        name, member = self.creator_or_anyone(draw, path)
        times = self.from_now({name: changes[name] for name in changes.keys() & NAMES})
        expected = self.model.update(name, path, changes | times)
        others = {name: changes[name] for name in changes.keys() - NAMES}
        self.assert_equal(member.patch(path, **written(times), **others), expected)

    def publish(self, draw):
        path = self.any_path(draw)
        name, member = self.creator_or_anyone(draw, path)
        self.assert_equal(member.publish(path), self.model.publish(name, path))

    def call_off(self, draw):
        path, reason = self.any_path(draw), draw(REASONS)
        name, member = self.creator_or_anyone(draw, path)
        expected = self.model.call_off(name, path, reason)
        self.assert_equal(member.call_off(path, reason=reason), expected)

    def delete(self, draw):
        path = self.any_path(draw)
        name, member = self.creator_or_anyone(draw, path)
        self.assert_equal(member.delete(path), self.model.delete(name, path))
        self.compare(path)

    def attend(self, draw):
        path = self.any_path(draw)
        name, member = self.anyone(draw)
        self.assert_equal(member.attend(path), self.model.attend(name, path))

    def cancel(self, draw):
        path = self.any_path(draw)
        name, member = self.anyone(draw)
        self.assert_equal(member.cancel(path), self.model.cancel(name, path))

    def free_seats(self, draw):
        """Seats become free in every way, each time after all people have lined up."""
        path = self.any_path(draw)
        for cause in draw(st.permutations(["cancel", "remove", "delete", "edit"])):
            self.line_up(draw, path)
            event = self.model.events.get(path)
            attendees = [each for each in event.attendees if each in self.members] if event else []
            if not attendees or event.creator is None:
                return
            name, creator = draw(st.sampled_from(attendees)), self.members[event.creator]
            if cause == "delete":
                self.delete_account(name)
                self.sign_up(name.removesuffix(f"-{self.suffix}"))
                continue
            if cause == "cancel":
                expected = self.model.cancel(name, path)
                response = self.members[name].cancel(path)
            elif cause == "remove":
                expected = self.model.remove(event.creator, path, name)
                response = creator.remove_attendee(path, self.members[name])
            else:
                changes = draw(GENEROUS_CHANGES)
                expected = self.model.update(event.creator, path, changes)
                response = creator.patch(path, **changes)
            self.assert_equal(response, expected)

    def line_up(self, draw, path=None):
        """All people take a seat or join the waitlist."""
        path = path or self.any_path(draw)
        for name in draw(st.permutations(list(self.members))):
            expected = self.model.attend(name, path)
            self.assert_equal(self.members[name].attend(path), expected)
            if expected == FULL:
                self.join_as(name, path)

    def join(self, draw):
        path = self.any_path(draw)
        self.join_as(self.anyone(draw)[0], path)

    def join_as(self, name, path):
        member = self.members[name]
        response, expected = member.join_waitlist(path), self.model.join(name, path)
        self.assert_equal(response, expected)
        if expected in (OK, CREATED):
            assert response.json()["position"] == self.position(name, path)

    def leave(self, draw):
        path = self.any_path(draw)
        name, member = self.anyone(draw)
        self.assert_equal(member.leave_waitlist(path), self.model.leave(name, path))

    def remove(self, draw):
        path = self.any_path(draw)
        name, member = self.creator_or_anyone(draw, path)
        removed_name, removed = self.anyone(draw)
        expected = self.model.remove(name, path, removed_name)
        self.assert_equal(member.remove_attendee(path, removed), expected)

    def position(self, name, path):
        line = self.model.line(path)
        return line.index(name) + 1 if name in line else None

    def time_passes(self, draw):
        self.model.now += draw(st.sampled_from([1, 1, 1, 2, 3, 30 * 24])) * HOUR
        self.traveller.move_to(self.model.now, tick=False)
        for name, member in self.members.items():  # access tokens expire after one hour
            tokens = self.visitor.log_in(name).json()
            member.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    def read(self, draw):
        self.compare(self.any_path(draw))
        for name, member in self.members.items():
            feed = self.visitor.get(urlsplit(member.post(FEED).json()["url"]).path)
            entries = Calendar.from_ical(feed.content).walk("VEVENT")
            found = {urlsplit(str(entry["URL"])).path for entry in entries}
            assert found == self.model.feed(name)

    def compare(self, path):
        for name, member in self.members.items():
            response = member.get(path)
            self.assert_equal(response, OK if self.model.exists_for(name, path) else NOT_FOUND)
            attendees = member.get(f"{path}attendees/")
            self.assert_equal(attendees, self.model.list_attendees(name, path))
            waitlist = member.get(f"{path}waitlist/")
            self.assert_equal(waitlist, self.model.list_waitlist(name, path))
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
                "waitlist_enabled": event.waitlist_enabled,
                "waitlist_count": len(self.model.line(path)),
                "waitlist_position": self.position(name, path),
                "start_time": event.start,
                "end_time": event.end,
                "registration_opens_at": event.opens,
                "registration_closes_at": event.closes,
                "published_at": event.published,
                "cancelled_at": event.cancelled,
                "cancellation_reason": event.reason,
            }
            # An ETag stands for one representation only.
            etag = response.headers["ETag"]
            assert self.bodies.setdefault((name, path, etag), body) == body
            if attendees.status_code == 200:
                names = [each["username"] for each in attendees.json()["results"]]
                assert sorted(names, key=str) == sorted(event.attendees, key=str)
            if waitlist.status_code == 200:
                line = [(each["username"], each["position"]) for each in waitlist.json()["results"]]
                assert line == [(each, self.position(each, path)) for each in self.model.line(path)]
            if calendar.status_code == 200:
                [entry] = Calendar.from_ical(calendar.content).walk("VEVENT")
                assert entry["SEQUENCE"] == event.changes
                assert (entry.get("STATUS") == "CANCELLED") == (event.state == "cancelled")

    def list_events(self, draw):
        query, limit = draw(queries()), draw(st.sampled_from([1, 2, 100]))
        if "creator" in query:
            query["creator"] += f"-{self.suffix}"
        for bound in query.keys() & {"ends_after", "ends_before"}:
            query[bound] = self.model.now + query[bound] * HOUR
        parameters = {"limit": limit} | {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in query.items()
        }
        for name, member in self.members.items():
            pages = all_pages(member, **parameters)
            found = [f"/v1/events/{each['id']}/" for page in pages for each in page["results"]]
            assert found == self.model.list_events(name, query)
            assert pages[0]["count"] == len(found)


def test_the_api_and_the_model_agree(base_url, document, empty_database):
    run_state_machine_as_test(
        lambda: ApiAndModel(base_url, document, empty_database),  # type: ignore[arg-type]
        settings=settings(
            max_examples=int(os.environ.get("MODEL_EXAMPLES", "10")),
            stateful_step_count=40,
            deadline=None,
            derandomize="MODEL_EXAMPLES" not in os.environ,
            database=None,
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
