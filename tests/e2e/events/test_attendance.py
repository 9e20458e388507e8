from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def test_attending_takes_a_seat_and_cancelling_frees_it(ada, grace):
    event = ada.new_event(capacity=2)

    assert grace.attend(event).status_code == 204
    body = grace.get(event).json()
    assert (body["attendees_count"], body["seats_left"], body["is_attending"]) == (1, 1, True)
    assert ada.get(event).json()["is_attending"] is False

    assert grace.cancel(event).status_code == 204
    body = grace.get(event).json()
    assert (body["attendees_count"], body["seats_left"], body["is_attending"]) == (0, 2, False)


def test_attending_and_cancelling_are_idempotent(ada, grace):
    event = ada.new_event(capacity=1)

    assert grace.cancel(event).status_code == 204
    assert [grace.attend(event).status_code for _ in range(3)] == [204] * 3
    assert ada.cancel(event).status_code == 204
    assert ada.get(event).json()["attendees_count"] == 1


def test_a_full_event_rejects_attendees_until_a_seat_is_free(ada, grace):
    event = ada.new_event(capacity=1)
    ada.attend(event)

    rejected = grace.attend(event)
    ada.cancel(event)

    assert rejected.status_code == 409
    assert rejected.json()["code"] == "capacity_exhausted"
    assert rejected.json()["detail"] == "The only seat is taken."
    assert grace.attend(event).status_code == 204


def test_attendees_are_listed_in_order_of_registration(ada, grace):
    event = ada.new_event()
    grace.attend(event)
    ada.attend(event)

    page = ada.get(f"{event}attendees/", params={"limit": 1}).json()
    rest = ada.get(page["next"]).json()

    assert page["count"] == 2
    assert page["previous"] is None
    assert [seat["username"] for seat in page["results"] + rest["results"]] == [
        grace.username,
        ada.username,
    ]
    assert page["results"][0].keys() == {"id", "username", "registered_at"}
    assert rest["next"] is None
    assert ada.get(rest["previous"]).json() == page


def test_one_of_many_concurrent_users_gets_the_last_seat(visitor, ada):
    event = ada.new_event(capacity=1)
    members = [visitor.new_member("guest") for _ in range(12)]
    barrier = Barrier(len(members))

    def attend(member):
        barrier.wait()
        return member.attend(event).status_code

    with ThreadPoolExecutor(len(members)) as pool:
        statuses = list(pool.map(attend, members))

    assert sorted(statuses) == [204] + [409] * 11
    assert ada.get(event).json()["attendees_count"] == 1
