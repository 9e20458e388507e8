"""A second, independent implementation of Turnout's rules, to compare the API with."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

OK, CREATED, NO_CONTENT = (200, None), (201, None), (204, None)
INVALID = (422, "validation_failed")
NOT_FOUND = (404, "event_not_found")
NOT_CREATOR = (403, "not_event_creator")
HIDDEN = (403, "attendees_hidden")
STARTED = (409, "read_only_event")
NOT_PUBLISHED = (409, "event_not_published")
CANCELLED = (409, "event_cancelled")
NOT_OPEN = (409, "registration_not_open")
CLOSED = (409, "registration_closed")
FULL = (409, "capacity_exhausted")
SEATS_AVAILABLE = (409, "seats_available")
ALREADY_ATTENDING = (409, "already_attending")
WAITLIST_DISABLED = (409, "waitlist_disabled")
NO_ATTENDEE = (404, "attendee_not_found")
TOO_SMALL = (409, "capacity_below_attendance")
USERNAME_TAKEN = (409, "username_taken")
ACCOUNT_DELETED = "The organiser's account was deleted."


@dataclass
class ModelEvent:
    """The fields of EDITABLE can be edited, under these names."""

    creator: str
    created: datetime
    start: datetime
    end: datetime
    opens: datetime | None
    closes: datetime | None
    capacity: int
    title: str
    type: str
    state: str
    visibility: str
    attendees_visible_to: str
    waitlist_enabled: bool
    published: datetime | None = None
    cancelled: datetime | None = None
    reason: str | None = None
    changes: int = 0
    attendees: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)  # first in line first


EDITABLE = (
    *("start", "end", "opens", "closes", "capacity"),
    *("visibility", "attendees_visible_to", "waitlist_enabled"),
)


@dataclass
class Model:
    now: datetime
    usernames: dict[str, str] = field(default_factory=dict)  # by lowercase username
    events: dict[str, ModelEvent] = field(default_factory=dict)

    def sign_up(self, name):
        if name.lower() in self.usernames:
            return USERNAME_TAKEN
        self.usernames[name.lower()] = name
        return CREATED

    def create(self, times, capacity):
        return CREATED if capacity >= 1 and self._can_be_planned(**times) else INVALID

    def add(self, path, person, fields):
        """Add a created event under the path that the API returned."""
        published = None if fields["state"] == "draft" else self.now
        self.events[path] = ModelEvent(person, self.now, published=published, **fields)

    def update(self, person, path, changes):
        if changes.get("capacity", 1) < 1:
            return INVALID
        error = self._error_for_creator(person, path)
        if error:
            return error
        event = self.events[path]
        if event.state == "cancelled":
            return CANCELLED
        if event.state == "published" and event.start <= self.now:
            return STARTED
        return self._edit(event, changes)

    def _edit(self, event, changes):
        before = {name: getattr(event, name) for name in EDITABLE}
        after = before | changes
        if not self._can_be_planned(*(after[each] for each in ("start", "end", "opens", "closes"))):
            return INVALID
        if after["capacity"] < len(event.attendees):
            return TOO_SMALL
        if after != before:
            event.changes += 1
            for name, value in after.items():
                setattr(event, name, value)
        self._promote(event)
        return OK

    def publish(self, person, path):
        error = self._error_for_creator(person, path)
        if error:
            return error
        event = self.events[path]
        if event.state == "cancelled":
            return CANCELLED
        if event.state == "draft":
            if event.start <= self.now:
                return INVALID
            event.state, event.published = "published", self.now
            event.changes += 1
        return OK

    def call_off(self, person, path, reason):
        error = self._error_for_creator(person, path)
        if error:
            return error
        event = self.events[path]
        if event.state == "draft":
            return NOT_PUBLISHED
        if event.state == "published":
            if event.start <= self.now:
                return STARTED
            self._cancel(event, reason)
        return OK

    def delete(self, person, path):
        error = self._error_for_creator(person, path)
        if error:
            return error
        event = self.events[path]
        if event.state != "draft" and event.start <= self.now:
            return STARTED
        del self.events[path]
        return NO_CONTENT

    def attend(self, person, path):
        error = self._error_for_guest(person, path)
        if error:
            return error
        event = self.events[path]
        if person in event.attendees:
            return NO_CONTENT
        error = self._registration_error(event)
        if error:
            return error
        if person in event.waiting:
            event.waiting.remove(person)
        event.attendees.append(person)
        return NO_CONTENT

    def join(self, person, path):
        error = self._error_for_guest(person, path)
        if error:
            return error
        event = self.events[path]
        if person in event.attendees:
            return ALREADY_ATTENDING
        if person in event.waiting:
            return OK
        error = self._registration_error(event)
        if error != FULL:
            return error or SEATS_AVAILABLE
        if not event.waitlist_enabled:
            return WAITLIST_DISABLED
        event.waiting.append(person)
        return CREATED

    def leave(self, person, path):
        if not self.exists_for(person, path):
            return NOT_FOUND
        event = self.events[path]
        if event.start <= self.now:
            return STARTED
        if person in event.waiting:
            event.waiting.remove(person)
        return NO_CONTENT

    def remove(self, person, path, attendee):
        error = self._error_for_creator(person, path)
        if error:
            return error
        event = self.events[path]
        if event.start <= self.now:
            return STARTED
        if attendee not in event.attendees:
            return NO_ATTENDEE
        event.attendees.remove(attendee)
        self._promote(event)
        return NO_CONTENT

    def _promote(self, event):
        closes = min(event.start, event.closes or event.start)
        while (
            event.waiting
            and len(event.attendees) < event.capacity
            and event.waitlist_enabled
            and self.now < closes
        ):
            event.attendees.append(event.waiting.pop(0))

    def line(self, path):
        """The people who wait for a seat, first in line first."""
        event = self.events[path]
        return event.waiting if self.now < event.start else []

    def list_waitlist(self, person, path):
        """The outcome."""
        return self._error_for_creator(person, path) or OK

    def _registration_error(self, event):
        if event.opens and self.now < event.opens:
            return NOT_OPEN
        if event.closes and event.closes <= self.now:
            return CLOSED
        return FULL if len(event.attendees) == event.capacity else None

    def cancel(self, person, path):
        if not self.exists_for(person, path):
            return NOT_FOUND
        event = self.events[path]
        if event.start <= self.now:
            return STARTED
        if person in event.attendees:
            event.attendees.remove(person)
            self._promote(event)
        return NO_CONTENT

    def delete_account(self, person):
        """Published events stay without the username, and the seats in those that have started."""
        del self.usernames[person.lower()]
        for path, event in list(self.events.items()):
            is_upcoming = self.now < event.start
            if event.creator == person:
                if event.state == "draft":
                    del self.events[path]
                    continue
                if event.state == "published" and is_upcoming:
                    self._cancel(event, ACCOUNT_DELETED)
                event.creator = None
            if person in event.waiting:
                event.waiting.remove(person)
            if person in event.attendees:
                if is_upcoming:
                    event.attendees.remove(person)
                    self._promote(event)
                else:
                    event.attendees[event.attendees.index(person)] = None
        return NO_CONTENT

    def exists_for(self, person, path):
        event = self.events.get(path)
        return event is not None and (event.state != "draft" or event.creator == person)

    def status(self, path):
        event = self.events[path]
        if self.now < event.start:
            return "upcoming"
        return "ongoing" if self.now < event.end else "past"

    def list_attendees(self, person, path):
        """The outcome: 200 if the attendees are visible."""
        if not self.exists_for(person, path):
            return NOT_FOUND
        event = self.events[path]
        who = {"organiser": [], "attendees": event.attendees, "everyone": [person]}
        may_see = event.creator == person or person in who[event.attendees_visible_to]
        return OK if may_see else HIDDEN

    def calendar(self, person, path):
        """The outcome of getting the calendar file of one event."""
        if not self.exists_for(person, path):
            return NOT_FOUND
        return NOT_PUBLISHED if self.events[path].state == "draft" else OK

    def feed(self, person):
        """The paths of the events in the person's calendar feed."""
        return {
            path
            for path, event in self.events.items()
            if person in (event.creator, *event.attendees)
            and event.state != "draft"
            and not (event.state == "cancelled" and event.end + timedelta(days=30) < self.now)
        }

    def list_events(self, person, query):
        """The paths of matching events, in order."""
        sort = query.get("sort", "start_time")

        def sort_key(path):
            event = self.events[path]
            value = {
                "start_time": event.start,
                "created_at": event.created,
                "title": event.title.lower(),
                "attendees_count": len(event.attendees),
            }[sort.lstrip("-")]
            return value, path

        found = [path for path in self.events if self._matches(person, path, query)]
        return sorted(found, key=sort_key, reverse=sort.startswith("-"))

    def _matches(self, person, path, query):
        event = self.events[path]
        is_own = event.creator == person
        if not is_own and event.state == "draft":
            return False
        line = self.line(path)
        if event.visibility == "unlisted" and not (
            is_own or person in event.attendees or person in line
        ):
            return False
        is_available = event.state == "published" and len(event.attendees) < event.capacity
        is_open = is_available and (event.opens or self.now) <= self.now < min(
            event.start, event.closes or event.start
        )
        values = {
            "status": self.status(path),
            "state": event.state,
            "type": event.type,
            "creator": event.creator and event.creator.lower(),
            "created": str(is_own).lower(),
            "attending": str(person in event.attendees).lower(),
            "waiting": str(person in line).lower(),
            "available": str(is_available).lower(),
            "registration": "open" if is_open else None,
        }
        return (
            all(query[name].lower() == value for name, value in values.items() if name in query)
            and ("ends_after" not in query or query["ends_after"] <= event.end)
            and ("ends_before" not in query or event.end <= query["ends_before"])
            and all(
                any(word.startswith(part) for word in event.title.lower().split())
                for part in query.get("search", "").lower().split()
            )
        )

    def _cancel(self, event, reason):
        event.state, event.cancelled, event.reason = "cancelled", self.now, reason
        event.waiting.clear()
        event.changes += 1

    def _can_be_planned(self, start, end, opens, closes):
        if not self.now < start < end:
            return False
        return (opens is None or opens < (closes or start)) and (closes is None or closes <= start)

    def _error_for_guest(self, person, path):
        if not self.exists_for(person, path):
            return NOT_FOUND
        event = self.events[path]
        if event.state != "published":
            return {"draft": NOT_PUBLISHED, "cancelled": CANCELLED}[event.state]
        return STARTED if event.start <= self.now else None

    def _error_for_creator(self, person, path):
        if not self.exists_for(person, path):
            return NOT_FOUND
        return None if self.events[path].creator == person else NOT_CREATOR
