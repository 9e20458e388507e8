from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.client import in_hours
from tests.e2e.pagination.pages import all_pages


def test_filters_combine(ada, grace):
    own_event, other_event = ada.new_event(title="mine"), grace.new_event(title="hers")
    ada.new_event(title="mine, later", start_time=in_hours(48), end_time=in_hours(49))
    ada.attend(own_event)
    ada.attend(other_event)

    assert ada.event_titles(created="true") == ["mine", "mine, later"]
    assert ada.event_titles(created="false") == ["hers"]
    assert ada.event_titles(attending="true", created="true") == ["mine"]
    assert ada.event_titles(attending="false") == ["mine, later"]
    assert ada.event_titles(starts_after=in_hours(30)) == ["mine, later"]
    assert ada.event_titles(starts_before=in_hours(30), created="true") == ["mine"]
    assert ada.event_titles(status="upcoming", sort="-start_time")[0] == "mine, later"
    assert ada.event_titles(status="past") == ada.event_titles(status="ongoing") == []


def test_time_filters_accept_the_times_of_events(ada):
    event = ada.get(ada.new_event()).json()

    for bound in ("starts_after", "starts_before"):
        assert ada.event_titles(**{bound: event["start_time"]}) == ["Tea"]


def test_a_time_without_offset_is_utc(ada):
    ada.new_event(start_time="2099-01-01T12:00:00Z", end_time="2099-01-01T13:00:00Z")

    assert ada.event_titles(starts_after="2099-01-01T12:00:00") == ["Tea"]
    assert ada.event_titles(starts_after="2099-01-01T12:00:01") == []
    assert ada.event_titles(starts_after="2099-01-01T14:00:00+02:00") == ["Tea"]


@pytest.mark.parametrize("field", ["starts", "ends"])
def test_a_plain_date_means_midnight_utc(ada, field):
    ada.new_event(
        title="Tea",
        start_time="2099-01-01T23:59:59Z" if field == "ends" else "2099-01-02T00:00:00Z",
        end_time="2099-01-02T00:00:00Z" if field == "ends" else "2099-01-02T01:00:00Z",
    )

    assert ada.event_titles(**{f"{field}_after": "2099-01-02"}) == ["Tea"]
    assert ada.event_titles(**{f"{field}_before": "2099-01-02"}) == ["Tea"]
    assert ada.event_titles(**{f"{field}_after": "2099-01-03"}) == []
    assert ada.event_titles(**{f"{field}_before": "2099-01-01"}) == []


def test_an_event_at_midnight_belongs_to_one_day(ada):
    for day in (1, 2, 3):
        start, end = f"2099-01-0{day}T00:00:00Z", f"2099-01-0{day}T00:30:00Z"
        ada.new_event(title=str(day), start_time=start, end_time=end)
    days = ["2099-01-01", "2099-01-02", "2099-01-03", "2099-01-04"]

    titles = [
        ada.event_titles(start_time__gte=day, start_time__lt=next_day)
        for day, next_day in pairwise(days)
    ]

    assert titles == [["1"], ["2"], ["3"]]


def test_events_that_take_place_on_a_day_overlap_it(ada):
    for title, start, end in (
        ("before", "2099-01-01T22:00:00Z", "2099-01-02T00:00:00Z"),
        ("until", "2099-01-01T22:00:00Z", "2099-01-02T00:00:00.000001Z"),
        ("around", "2099-01-01T23:00:00Z", "2099-01-03T01:00:00Z"),
        ("from", "2099-01-02T23:59:59.999999Z", "2099-01-03T01:00:00Z"),
        ("after", "2099-01-03T00:00:00Z", "2099-01-03T01:00:00Z"),
    ):
        ada.new_event(title=title, start_time=start, end_time=end)
    day = {"start_time__lt": "2099-01-03", "end_time__gt": "2099-01-02", "limit": 1}

    pages = all_pages(ada, **day)

    assert [page["results"][0]["title"] for page in pages] == ["until", "around", "from"]
    assert ada.event_titles(end_time__lte="2099-01-02") == ["before"]


def test_the_stricter_of_two_bounds_on_the_same_side_applies(ada):
    for hour in range(4):
        start, end = f"2099-01-01T0{hour}:00:00Z", f"2099-01-01T0{hour + 1}:00:00Z"
        ada.new_event(title=str(hour), start_time=start, end_time=end)
    one, two, three = (f"2099-01-01T0{hour}:00Z" for hour in (1, 2, 3))

    assert ada.event_titles(starts_after=one, start_time__gte=two) == ["2", "3"]
    assert ada.event_titles(starts_after=two, start_time__gte=one) == ["2", "3"]
    assert ada.event_titles(starts_before=two, start_time__lt=two) == ["0", "1"]
    assert ada.event_titles(starts_before=one, start_time__lt=three) == ["0", "1"]
    assert ada.event_titles(ends_after=two, end_time__gt=two) == ["2", "3"]
    assert ada.event_titles(ends_before=three, end_time__lte=two) == ["0", "1"]


def test_only_filters_take_a_plain_date(ada):
    assert ada.create_event(start_time="2099-01-02").status_code == 422


def test_links_lead_through_all_pages_and_keep_the_filters(ada):
    for number in range(7):
        ada.new_event(title=str(number))

    url, titles, previous = "/v1/events/?created=true&sort=-start_time&limit=3", [], None
    while url:
        page = ada.get(url).json()
        assert page["count"] == 7
        if previous:
            assert ada.get(page["previous"]).json() == previous
        titles += [event["title"] for event in page["results"]]
        url, previous = page["next"], page
    assert titles == ["6", "5", "4", "3", "2", "1", "0"]
    query = parse_qs(urlsplit(page["previous"]).query)
    assert (query["created"], query["sort"]) == (["true"], ["-start_time"])


def test_filters_are_preserved_exactly_in_links(ada):
    ada.new_event()
    ada.new_event()
    bound = "2020-01-01T00:00:00+02:00"

    page = ada.get("/v1/events/", params={"starts_after": bound, "limit": 1}).json()

    assert page["next"].startswith("http://127.0.0.1:")
    assert parse_qs(urlsplit(page["next"]).query)["starts_after"] == [bound]
    assert len(ada.get(page["next"]).json()["results"]) == 1


def test_a_page_has_20_events_by_default(ada):
    for _ in range(21):
        ada.new_event()

    assert len(ada.event_titles()) == 20
    assert len(ada.event_titles(limit=100)) == 21


def test_a_page_beyond_the_end_is_empty_and_links_back(ada):
    ada.new_event()

    page = ada.get("/v1/events/", params={"offset": 1_000_000_000}).json()

    assert (page["count"], page["results"], page["next"]) == (1, [], None)
    assert len(ada.get(page["previous"]).json()["results"]) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "-1"),
        ("limit", "1.0"),
        ("limit", "1_0"),
        ("limit", "01"),
        ("limit", "+1"),
        ("limit", "٣"),
        ("limit", ""),
        ("limit", "9" * 3000),
        ("offset", "-1"),
        ("offset", "1000000001"),
        ("offset", str(2**63)),
        ("attending", "yes"),
        ("attending", "1"),
        ("attending", "True"),
        ("created", ""),
        ("status", "cancelled"),
        ("status", ""),
        ("sort", "location"),
        ("sort", "--title"),
        ("sort", "+title"),
        ("sort", "title,-start_time"),
        ("sort", ""),
        ("search", "x" * 201),
        ("search", "\0"),
        ("creator", "\0"),
        ("available", "yes"),
        ("type", "concert"),
        ("type", "Meetup"),
        ("type", ""),
        ("ends_after", "tomorrow"),
        ("ends_before", "0001-01-01T00:00:00+14:00"),
        ("starts_after", "soon"),
        ("starts_after", "2099-02-30"),
        ("starts_after", "0000-01-01"),
        ("starts_after", "20990101"),
        ("starts_before", "2099-13-01T00:00:00Z"),
        ("starts_before", "9999-12-31T23:59:59-12:00"),
        ("start_time__lt", "0001-01-01"),
        ("end_time__gt", "9999-12-31T23:59:59.999999Z"),
        ("start_time__gte", "soon"),
        ("end_time__lte", "2099-02-30"),
        ("start_time__lte", "2099-01-01"),
        ("end_time__lt", "2099-01-01"),
        ("starts_befor", "2099-01-01T00:00:00Z"),
        ("page", "2"),
        ("a\0b", "x"),
    ],
)
def test_an_invalid_query_parameter_is_named(ada, name, value):
    response = ada.get("/v1/events/", params={name: value})

    assert response.status_code == 422
    assert response.json()["errors"].keys() == {name}


def test_a_repeated_parameter_is_rejected(ada):
    response = ada.get("/v1/events/?limit=1&limit=2")

    assert response.status_code == 422
    assert response.json()["errors"] == {"limit": ["Given more than once."]}


def test_operations_without_parameters_reject_them(ada):
    event = ada.new_event()

    for response in (
        ada.get(event, params={"expand": "creator"}),
        ada.get("/v1/profile/", params={"x": "1"}),
        ada.http.delete(event, params={"force": "true"}),
        ada.http.post(f"{event}attend/", params={"seat": "1"}),
    ):
        assert response.status_code == 422
    assert ada.get(event).json()["attendees_count"] == 0
