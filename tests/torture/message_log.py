"""The messages that the committed changes of events must have, from the log of triggers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.events.messages import MessageType
from domain.events.state import EventState

ENTERED = {
    EventState.PUBLISHED: MessageType.EVENT_PUBLISHED,
    EventState.CANCELLED: MessageType.EVENT_CANCELLED,
}


@dataclass(frozen=True)
class Change:
    """What a message says. `details` are counts or a title; each edit sets another title."""

    type: str
    event_id: str
    user_id: str | None
    details: tuple[Any, ...]


def change_of(body: dict[str, Any]) -> Change:
    """The change in the body of a message."""
    data = body["data"]
    if event := data.get("event"):
        return Change(body["type"], event["id"], None, (event["title"],))
    counts = data["attendees_count"], data["waitlist_count"]
    return Change(body["type"], data["event_id"], data["user_id"], counts)


def committed_changes(transactions) -> Counter[Change]:
    """The changes of one event, from its transactions in order."""
    changes: Counter[Change] = Counter()
    before = None
    for transaction in transactions:
        events = [each for each in transaction if each.relation == "events"]
        after = events[-1].content
        if events[-1].operation == "DELETE":
            # Its seats and its waitlist are deleted with it, without messages of their own.
            changes[Change(MessageType.EVENT_DELETED, after["id"], None, (after["title"],))] += 1
            continue
        if message_type := _change_of_event(before, after):
            changes[Change(message_type, after["id"], None, (after["title"],))] += 1
        counts = after["attendees_count"], after["waitlist_count"]
        for message_type, user_id in _changes_of_people(transaction):
            changes[Change(message_type, after["id"], user_id, counts)] += 1
        before = after
    return changes


def _change_of_event(before, after) -> MessageType | None:
    if before is None or before["state"] != after["state"]:
        return ENTERED.get(EventState(after["state"]))
    return MessageType.EVENT_UPDATED if before["revision"] != after["revision"] else None


def _changes_of_people(transaction) -> Iterator[tuple[MessageType, str]]:
    rows = {
        (each.relation, each.operation, each.content["user_id"])
        for each in transaction
        if each.relation != "events"
    }
    for relation, operation, user_id in rows:
        match relation, operation:
            case "attendances", "INSERT":
                # With a free seat nobody waits, so this is no attendee who waited before.
                is_promotion = ("waitlist_entries", "DELETE", user_id) in rows
                yield (
                    (
                        MessageType.ATTENDANCE_PROMOTED
                        if is_promotion
                        else MessageType.ATTENDANCE_CREATED
                    ),
                    user_id,
                )
            case "attendances", "DELETE":
                yield MessageType.ATTENDANCE_CANCELLED, user_id
            case "waitlist_entries", "INSERT":
                yield MessageType.WAITLIST_JOINED, user_id
            case "waitlist_entries", "DELETE" if ("attendances", "INSERT", user_id) not in rows:
                yield MessageType.WAITLIST_LEFT, user_id
