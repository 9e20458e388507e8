"""Unlisted events, and events that hide their attendees."""

import pytest

from tests.e2e.problems import is_problem

CSV = {"Accept": "text/csv"}


@pytest.fixture
def mary(visitor):
    return visitor.new_member("mary")


@pytest.fixture
def people(ada, grace, mary):
    return {"creator": ada, "attendee": grace, "stranger": mary}


def test_an_unlisted_event_is_only_in_the_lists_of_its_creator_and_attendees(ada, grace, mary):
    event = ada.new_event(visibility="unlisted")
    grace.attend(event)

    for query in ({}, {"creator": ada.username}, {"search": "tea"}, {"registration": "open"}):
        assert ada.event_titles(**query) == grace.event_titles(**query) == ["Tea"]
        assert mary.event_titles(**query) == []
        assert mary.get("/v1/events/", params=query).json()["count"] == 0

    grace.cancel(event)
    assert grace.event_titles() == []


def test_an_unlisted_event_is_for_everyone_who_has_its_id(ada, mary):
    event = ada.new_event(visibility="unlisted")

    assert mary.get(event).json()["visibility"] == "unlisted"
    assert mary.get(f"{event}attendees/").status_code == 200
    assert mary.get(f"{event}calendar.ics").status_code == 200
    assert mary.attend(event).status_code == 204
    assert mary.event_titles() == ["Tea"]


def test_an_unlisted_event_can_become_public(ada, mary):
    event = ada.new_event(visibility="unlisted")

    assert ada.patch(event, visibility="public").json()["visibility"] == "public"
    assert mary.event_titles() == ["Tea"]


@pytest.mark.parametrize(
    ("visible_to", "hidden_from", "detail"),
    [
        ("everyone", set(), None),
        (
            *("attendees", {"stranger"}),
            "Only the organiser and the attendees can list the attendees of this event.",
        ),
        (
            *("organiser", {"attendee", "stranger"}),
            "Only the organiser can list the attendees of this event.",
        ),
    ],
)
def test_the_creator_decides_who_sees_the_attendees(people, visible_to, hidden_from, detail):
    event = people["creator"].new_event(attendees_visible_to=visible_to)
    people["attendee"].attend(event)
    username = people["attendee"].username

    for role, person in people.items():
        response = person.get(f"{event}attendees/")
        assert person.get(event).json()["attendees_count"] == 1
        if role not in hidden_from:
            assert [each["username"] for each in response.json()["results"]] == [username]
        else:
            assert is_problem(response, 403, "attendees_hidden")
            assert response.json()["detail"] == detail
            assert username not in response.text


@pytest.mark.parametrize("visible_to", ["everyone", "attendees", "organiser"])
def test_only_the_creator_exports_the_attendees_of_any_event(ada, grace, mary, visible_to):
    event = ada.new_event(attendees_visible_to=visible_to)
    grace.attend(event)

    assert grace.username in ada.get(f"{event}attendees/", headers=CSV).text
    for person in (grace, mary):
        response = person.get(f"{event}attendees/", headers=CSV)
        assert is_problem(response, 403, "not_event_creator")
        assert grace.username not in response.text


def test_an_attendee_who_leaves_no_longer_sees_the_others(ada, grace, mary):
    event = ada.new_event(attendees_visible_to="attendees")
    for person in (grace, mary):
        person.attend(event)
    assert len(grace.get(f"{event}attendees/").json()["results"]) == 2

    grace.cancel(event)

    assert is_problem(grace.get(f"{event}attendees/"), 403, "attendees_hidden")


def test_hiding_the_attendees_takes_effect_at_once(ada, grace, mary):
    event = ada.new_event()
    for person in (grace, mary):
        person.attend(event)
    next_page = mary.get(f"{event}attendees/", params={"limit": 1}).json()["next"]

    ada.patch(event, attendees_visible_to="organiser")

    assert is_problem(mary.get(next_page), 403, "attendees_hidden")
