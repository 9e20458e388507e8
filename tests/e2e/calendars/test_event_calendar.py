"""An event as an iCalendar file."""

from uuid import uuid4

from icalendar import Calendar
from sqlalchemy import text

from tests.e2e.client import in_hours
from tests.e2e.problems import is_problem


def parse(response):
    assert response.status_code == 200, response.text
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    return event


def test_the_file_contains_the_event(ada, grace):
    event = ada.new_event(
        title="Tea, for two; or more",
        description="Bring a cup.\nOr two.",
        location="The reading room",
        type="social",
        start_time="2099-05-17T18:00:00.5Z",
        end_time="2099-05-17T23:30:00+02:00",
    )
    body = ada.get(event).json()

    response = grace.get(f"{event}calendar.ics")

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'inline; filename="event.ics"'
    assert response.headers["Cache-Control"] == "private, no-cache"
    properties = {name: value.to_ical().decode() for name, value in parse(response).items()}
    assert properties == {
        "UID": body["id"],
        "SEQUENCE": "0",
        "DTSTAMP": whole_seconds(body["updated_at"]),
        "LAST-MODIFIED": whole_seconds(body["updated_at"]),
        "CREATED": whole_seconds(body["created_at"]),
        "DTSTART": "20990517T180000Z",
        "DTEND": "20990517T213000Z",
        "SUMMARY": r"Tea\, for two\; or more",
        "DESCRIPTION": r"Bring a cup.\nOr two.",
        "LOCATION": "The reading room",
        "CATEGORIES": "social",
        "STATUS": "CONFIRMED",
        "URL": str(grace.http.base_url.join(event)),
    }
    assert str(parse(response)["SUMMARY"]) == body["title"]
    assert grace.get(str(parse(response)["URL"])).json()["id"] == body["id"]


def whole_seconds(instant):
    return instant[:19].replace("-", "").replace(":", "") + "Z"


def test_the_sequence_grows_only_with_updates(ada, grace):
    event = ada.new_event()
    path = f"{event}calendar.ics"
    grace.attend(event)
    grace.cancel(event)
    assert parse(ada.get(path))["SEQUENCE"] == 0

    for number in (1, 2):
        ada.patch(event, title=f"Tea {number}")
        edited = parse(ada.get(path))
        assert (edited["SEQUENCE"], edited["SUMMARY"]) == (number, f"Tea {number}")
    assert edited["UID"] == ada.get(event).json()["id"]


def test_times_are_local_in_the_zone_of_the_event(ada):
    event = ada.new_event(
        timezone="Europe/Berlin",
        start_time="2099-03-28T20:00:00Z",
        end_time="2099-03-29T10:00:00Z",  # clocks go forward at 01:00Z
    )

    file = ada.get(f"{event}calendar.ics").text

    assert "\r\nDTSTART;TZID=Europe/Berlin:20990328T210000\r\n" in file
    assert "\r\nDTEND;TZID=Europe/Berlin:20990329T120000\r\n" in file
    assert file.count("\r\nTZID:Europe/Berlin\r\n") == 1


def test_a_cancelled_event_has_the_same_uid_and_a_higher_sequence(ada, grace):
    event = ada.new_event()
    path = f"{event}calendar.ics"
    published, etag = parse(grace.get(path)), grace.get(path).headers["ETag"]

    ada.call_off(event, reason="No milk.")

    response = grace.get(path, headers={"If-None-Match": etag})
    cancelled = parse(response)
    assert (published["STATUS"], cancelled["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert (cancelled["UID"], cancelled["COMMENT"]) == (published["UID"], "No milk.")
    assert cancelled["SEQUENCE"] == published["SEQUENCE"] + 1
    ada.call_off(event, reason="Again.")
    assert grace.get(path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_a_cached_file_is_not_sent_again(ada, grace):
    event = ada.new_event(start_time=in_hours(24))
    path = f"{event}calendar.ics"
    first = ada.get(path)
    etag = first.headers["ETag"]
    assert etag.startswith('"')
    grace.attend(event)

    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        repeated = ada.get(path, headers={"If-None-Match": known})
        assert (repeated.status_code, repeated.content) == (304, b"")
        assert repeated.headers["ETag"] == etag
        assert repeated.headers["Cache-Control"] == "private, no-cache"
        assert "Content-Type" not in repeated.headers
    assert ada.get(path).headers["ETag"] == grace.get(path).headers["ETag"] == etag

    ada.patch(event, description="Bring two cups.")
    changed = ada.get(path, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_head_returns_the_headers_of_get(ada):
    path = f"{ada.new_event()}calendar.ics"
    response, head = ada.get(path), ada.http.head(path)

    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Content-Disposition"):
        assert head.headers[name] == response.headers[name]
    known = ada.http.head(path, headers={"If-None-Match": response.headers["ETag"]})
    assert known.status_code == 304


def test_an_unknown_event_returns_404(ada):
    path = f"/v1/events/{uuid4()}/calendar.ics"

    assert is_problem(ada.get(path), 404, "event_not_found")
    assert is_problem(ada.get("/v1/events/7/calendar.ics"), 404, "not_found")
    assert is_problem(ada.get(f"{ada.new_event()}calendar.ics?x=1"), 422, "validation_failed")


def test_event_texts_cannot_add_properties(ada, engine):
    """Not even texts from before the rules against control characters."""
    event = ada.new_event()
    texts = {
        "title": "X\r\nATTENDEE:mailto:evil@example.org",
        "description": "".join(map(chr, range(1, 0x20)))
        + "\u2028ORGANIZER:mailto:evil@example.org",
    }
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE events SET title = :title, description = :description"), texts
        )

    response = ada.get(f"{event}calendar.ics")

    assert not {"ATTENDEE", "ORGANIZER"} & parse(response).keys()
    lines = response.content.split(b"\r\n")
    assert not any(line.startswith((b"ATTENDEE", b"ORGANIZER")) for line in lines)
    assert not any(each < 0x20 for line in lines for each in line.replace(b"\t", b""))
