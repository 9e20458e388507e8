"""A second, independent implementation of Turnout's rules, to compare the API with."""

from dataclasses import dataclass, field
from datetime import datetime

OK, CREATED, NO_CONTENT = (200, None), (201, None), (204, None)
INVALID = (422, "validation_failed")
NOT_FOUND = (404, "event_not_found")
NOT_CREATOR = (403, "not_event_creator")
STARTED = (409, "read_only_event")
FULL = (409, "capacity_exhausted")
TOO_SMALL = (409, "capacity_below_attendance")
USERNAME_TAKEN = (409, "username_taken")


@dataclass
class ModelEvent:
    creator: str
    start: datetime
    end: datetime
    capacity: int
    title: str
    type: str
    created: datetime
    attendees: list[str] = field(default_factory=list)


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

    def create(self, start, end, capacity):
        return CREATED if capacity >= 1 and self.now < start < end else INVALID

    def add(self, path, *values, **description):
        """Add a created event under the path that the API returned."""
        self.events[path] = ModelEvent(*values, **description | {"created": self.now})

    def update(self, person, path, changes):
        if changes.get("capacity", 1) < 1:
            return INVALID
        error = self._error(path, person)
        if error:
            return error
        event = self.events[path]
        start, end = changes.get("start", event.start), changes.get("end", event.end)
        if not self.now < start < end:
            return INVALID
        capacity = changes.get("capacity", event.capacity)
        if capacity < len(event.attendees):
            return TOO_SMALL
        event.start, event.end, event.capacity = start, end, capacity
        return OK

    def delete(self, person, path):
        error = self._error(path, person)
        if error:
            return error
        del self.events[path]
        return NO_CONTENT

    def attend(self, person, path):
        error = self._error(path)
        if error:
            return error
        event = self.events[path]
        if person in event.attendees:
            return NO_CONTENT
        if len(event.attendees) == event.capacity:
            return FULL
        event.attendees.append(person)
        return NO_CONTENT

    def cancel(self, person, path):
        error = self._error(path)
        if error:
            return error
        if person in self.events[path].attendees:
            self.events[path].attendees.remove(person)
        return NO_CONTENT

    def delete_account(self, person):
        """Events that have started keep their count, without the username."""
        del self.usernames[person.lower()]
        for path, event in list(self.events.items()):
            if event.start > self.now:
                if event.creator == person:
                    del self.events[path]
                elif person in event.attendees:
                    event.attendees.remove(person)
            else:
                event.creator = None if event.creator == person else event.creator
                event.attendees = [None if each == person else each for each in event.attendees]
        return NO_CONTENT

    def status(self, path):
        event = self.events[path]
        if self.now < event.start:
            return "upcoming"
        return "ongoing" if self.now < event.end else "past"

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
        values = {
            "status": self.status(path),
            "type": event.type,
            "creator": event.creator and event.creator.lower(),
            "created": str(event.creator == person).lower(),
            "attending": str(person in event.attendees).lower(),
            "available": str(len(event.attendees) < event.capacity).lower(),
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

    def _error(self, path, editor=None):
        if path not in self.events:
            return NOT_FOUND
        if editor is not None and self.events[path].creator != editor:
            return NOT_CREATOR
        return None if self.status(path) == "upcoming" else STARTED
