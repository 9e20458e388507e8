from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def test_a_seat_is_taken_and_given_back(ada, grace):
    event = ada.published(capacity=2)

    assert grace.attend(event).status_code == 204
    seen = grace.get(event).json()
    assert (seen["attendees_count"], seen["seats_left"], seen["is_attending"]) == (1, 1, True)
    assert ada.get(event).json()["is_attending"] is False

    assert grace.cancel(event).status_code == 204
    seen = grace.get(event).json()
    assert (seen["attendees_count"], seen["seats_left"], seen["is_attending"]) == (0, 2, False)


def test_repeating_changes_nothing_on_a_full_event_too(ada, grace):
    event = ada.published(capacity=1)

    assert grace.cancel(event).status_code == 204
    assert [grace.attend(event).status_code for _ in range(3)] == [204] * 3
    assert ada.cancel(event).status_code == 204
    assert ada.get(event).json()["attendees_count"] == 1


def test_a_full_event_refuses_and_a_freed_seat_is_taken(ada, grace):
    event = ada.published(capacity=1)
    ada.attend(event)

    refusal = grace.attend(event)
    ada.cancel(event)

    assert refusal.status_code == 409
    assert refusal.json()["code"] == "capacity_exhausted"
    assert refusal.json()["detail"] == "The only seat is taken."
    assert grace.attend(event).status_code == 204


def test_attendees_are_listed_in_order_of_registration(ada, grace):
    event = ada.published()
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


def test_of_many_after_the_last_seat_one_gets_it(visitor, ada):
    event = ada.published(capacity=1)
    people = [visitor.joins("guest") for _ in range(12)]
    barrier = Barrier(len(people))

    def attend(person):
        barrier.wait()
        return person.attend(event).status_code

    with ThreadPoolExecutor(len(people)) as pool:
        outcomes = list(pool.map(attend, people))

    assert sorted(outcomes) == [204] + [409] * 11
    assert ada.get(event).json()["attendees_count"] == 1
