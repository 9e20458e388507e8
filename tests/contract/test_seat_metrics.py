"""The seats that units of work count."""

from tests.builders import NOON, a_user


def test_a_seat_is_counted_after_the_commit(storage, ada, grace):
    event = storage.keep_event(ada)

    storage.seat(event, grace)
    storage.unseat(event, grace)

    assert storage.seat_metrics.counted == [(1, 0), (0, 1)]


def test_a_request_that_changes_nothing_is_not_counted(storage, ada, grace):
    event = storage.keep_event(ada)
    storage.seat(event, grace)

    storage.seat(event, grace)
    storage.unseat(event, ada)

    assert storage.seat_metrics.counted == [(1, 0)]


def test_a_seat_that_is_not_committed_is_not_counted(storage, ada, grace):
    event = storage.keep_event(ada)

    with storage.new_work() as work:
        loaded = work.events.get_for_update(event.id, attendee=grace.id)
        loaded.attend(NOON)
        work.events.save(loaded)

    assert storage.seat_metrics.counted == []


def test_one_commit_counts_all_its_seats_at_once_and_only_once(storage, ada, grace):
    events = [storage.keep_event(ada) for _ in range(3)]
    storage.seat(events[0], grace)

    with storage.new_work() as work:
        for event in events:
            loaded = work.events.get_for_update(event.id, attendee=grace.id)
            (loaded.cancel if event == events[0] else loaded.attend)(NOON)
            work.events.save(loaded)
        work.commit()
        work.users.add(a_user("hedy"))
        work.commit()

    assert storage.seat_metrics.counted == [(1, 0), (2, 1)]
