import json
from uuid import uuid4

import pytest

from adapters.system import new_id
from application.ports.outbox import OutboxMessage
from domain.accounts.errors import AccountDeleted
from domain.events.description import Title
from domain.events.errors import TooManyEvents
from domain.events.event import EventChanges
from domain.events.state import EventState
from tests.builders import NOON, a_user, an_event
from tests.contract.test_contention import THREADS, at_once
from tests.storage import change


def a_message(owner_id=None, body="{}", last_user_id=None):
    return OutboxMessage(new_id(), owner_id, body, last_user_id)


def add(storage, *messages):
    def act(work):
        for message in messages:
            work.outbox.add(message)

    storage.commit(act)


def take(storage, limit=100):
    with storage.new_work() as work:
        return work.outbox.take(limit)


def types(storage):
    return [json.loads(message.body)["type"] for message in take(storage)]


def published(creator, **fields):
    """A new event that has recorded its publication."""
    event = an_event(creator_id=creator.id, state=EventState.DRAFT, **fields)
    event.publish(by=creator.id, now=NOON)
    return event


@pytest.mark.parametrize("owner_id", [uuid4(), None])
def test_messages_are_read_back_oldest_first(storage, owner_id):
    messages = [
        a_message(owner_id=owner_id, body='{"text": "\\u0000 Café \\\\ %s"}'),
        a_message(last_user_id=uuid4()),
        a_message(),
    ]
    add(storage, *messages)

    assert take(storage) == messages
    assert take(storage, limit=2) == messages[:2]


def test_a_message_that_is_kept_continues_after_a_user(storage):
    first, second = messages = a_message(), a_message()
    add(storage, *messages)
    user_id = uuid4()

    def act(work):
        work.outbox.take(1)
        work.outbox.keep(first.id, user_id)

    storage.commit(act)

    assert [message.last_user_id for message in take(storage)] == [user_id, None]
    assert take(storage)[1] == second


def test_messages_are_removed(storage):
    messages = [a_message() for _ in range(3)]
    add(storage, *messages)

    def act(work):
        work.outbox.take(3)
        work.outbox.remove([messages[0].id, messages[2].id])
        work.outbox.remove([])

    storage.commit(act)

    assert take(storage) == [messages[1]]


def test_of_concurrent_workers_one_takes_each_message(storage):
    messages = [a_message() for _ in range(THREADS)]
    add(storage, *messages)

    def dispatch(_):
        def act(work):
            taken = work.outbox.take(3)
            work.outbox.remove([message.id for message in taken])
            return taken

        return storage.commit(act)

    taken = [message for part in at_once(dispatch, range(THREADS)) for message in part]

    assert sorted(message.id for message in taken) == [message.id for message in messages]
    assert take(storage) == []


# Messages of events


def test_the_messages_of_a_new_event_are_for_its_creator(storage, ada):
    event = published(ada)
    storage.keep(event)

    [message] = take(storage)

    assert message.owner_id == ada.id
    body = json.loads(message.body)
    assert (body["type"], body["data"]["event"]["id"]) == ("event.published", str(event.id))


def test_an_event_that_is_added_and_committed_writes_its_messages(storage, ada):
    with storage.new_work() as work:
        work.events.add_and_commit(published(ada), max_upcoming=1)

    assert types(storage) == ["event.published"]


def test_a_draft_has_no_messages(storage, ada):
    storage.keep_event(ada, state=EventState.DRAFT)

    assert take(storage) == []


def test_an_event_that_is_not_added_writes_nothing(storage, ada):
    storage.keep_event(ada)

    with pytest.raises(TooManyEvents), storage.new_work() as work:
        work.events.add_and_commit(published(ada), max_upcoming=1)
    with pytest.raises(AccountDeleted), storage.new_work() as work:
        work.events.add_and_commit(published(a_user("nobody")), max_upcoming=1)

    assert take(storage) == []


def test_a_saved_event_writes_its_messages_in_order(storage, ada, grace):
    event = storage.keep_event(ada, capacity=1)

    def act(loaded):
        loaded.edit(EventChanges(title=Title("Coffee")), ada.id, NOON)
        loaded.attend(NOON)

    change(storage.new_work, event, act)
    storage.join_waitlist(event, grace)
    storage.unseat(event, ada)

    assert types(storage) == [
        *("event.updated", "attendance.created", "waitlist.joined", "attendance.cancelled"),
    ]


def test_an_event_that_is_saved_twice_writes_its_messages_once(storage, ada):
    event = storage.keep_event(ada)

    def act(work):
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
        loaded.attend(NOON)
        work.events.save(loaded)
        loaded.cancel(NOON)
        work.events.save(loaded)

    storage.commit(act)

    assert types(storage) == ["attendance.created", "attendance.cancelled"]


def test_a_removed_event_writes_its_messages(storage, ada):
    event = storage.keep_event(ada)

    def act(work):
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
        loaded.delete(by=ada.id, now=NOON)
        work.events.remove(loaded)

    storage.commit(act)

    assert types(storage) == ["event.deleted"]


def test_changes_that_are_rolled_back_write_nothing(storage, ada):
    event = storage.keep_event(ada)

    with storage.new_work() as work:
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
        loaded.attend(NOON)
        work.events.save(loaded)
        work.outbox.add(a_message())

    assert take(storage) == []


def test_an_event_is_found_without_its_creators_place(storage, ada):
    event = storage.keep_event(ada)
    storage.seat(event, ada)

    with storage.new_work() as work:
        found = work.events.find(event.id)
        assert (found.id, found.title, found.attendees_count) == (event.id, event.title, 1)
        assert not found.seat.is_taken
        assert work.events.find(uuid4()) is None
