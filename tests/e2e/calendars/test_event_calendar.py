"""One event as a calendar file."""

from uuid import uuid4

from icalendar import Calendar

from tests.e2e.client import in_hours
from tests.e2e.problems import is_problem


def read(response):
    assert response.status_code == 200, response.text
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    return event


def test_a_calendar_program_reads_what_was_published(ada, grace):
    event = ada.published(
        title="Tea, for two; or more",
        description="Bring a cup.\nOr two.",
        location="The reading room",
        type="social",
        start_time="2099-05-17T18:00:00.5Z",
        end_time="2099-05-17T23:30:00+02:00",
    )
    shown = ada.get(event).json()

    response = grace.get(f"{event}calendar.ics")

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'inline; filename="event.ics"'
    assert response.headers["Cache-Control"] == "private, no-cache"
    read_back = {name: value.to_ical().decode() for name, value in read(response).items()}
    assert read_back == {
        "UID": shown["id"],
        "SEQUENCE": "0",
        "DTSTAMP": whole_seconds(shown["updated_at"]),
        "LAST-MODIFIED": whole_seconds(shown["updated_at"]),
        "CREATED": whole_seconds(shown["created_at"]),
        "DTSTART": "20990517T180000Z",
        "DTEND": "20990517T213000Z",
        "SUMMARY": r"Tea\, for two\; or more",
        "DESCRIPTION": r"Bring a cup.\nOr two.",
        "LOCATION": "The reading room",
        "CATEGORIES": "social",
        "STATUS": "CONFIRMED",
        "URL": str(grace.http.base_url.join(event)),
    }
    assert str(read(response)["SUMMARY"]) == shown["title"]
    assert grace.get(str(read(response)["URL"])).json()["id"] == shown["id"]


def whole_seconds(instant):
    return instant[:19].replace("-", "").replace(":", "") + "Z"


def test_the_sequence_grows_with_every_edit_and_with_nothing_else(ada, grace):
    event = ada.published()
    path = f"{event}calendar.ics"
    grace.attend(event)
    grace.cancel(event)
    assert read(ada.get(path))["SEQUENCE"] == 0

    for number in (1, 2):
        ada.patch(event, title=f"Tea {number}")
        edited = read(ada.get(path))
        assert (edited["SEQUENCE"], edited["SUMMARY"]) == (number, f"Tea {number}")
    assert edited["UID"] == ada.get(event).json()["id"]


def test_a_client_that_has_the_file_is_not_sent_it_again(ada, grace):
    event = ada.published(start_time=in_hours(24))
    path = f"{event}calendar.ics"
    first = ada.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    grace.attend(event)

    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = ada.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == "private, no-cache"
        assert "Content-Type" not in again.headers
    assert ada.get(path).headers["ETag"] == grace.get(path).headers["ETag"] == tag

    ada.patch(event, description="Bring two cups.")
    changed = ada.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_head_tells_what_get_does(ada):
    path = f"{ada.published()}calendar.ics"
    got, told = ada.get(path), ada.http.head(path)

    assert (told.status_code, told.content) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Content-Disposition"):
        assert told.headers[name] == got.headers[name]
    known = ada.http.head(path, headers={"If-None-Match": got.headers["ETag"]})
    assert known.status_code == 304


def test_an_unknown_event_has_no_calendar(ada):
    path = f"/v1/events/{uuid4()}/calendar.ics"

    assert is_problem(ada.get(path), 404, "event_not_found")
    assert is_problem(ada.get("/v1/events/7/calendar.ics"), 404, "not_found")
    assert is_problem(ada.get(f"{ada.published()}calendar.ics?x=1"), 422, "validation_failed")


def test_no_title_adds_to_the_file(ada):
    event = ada.published(
        title="X\r\nATTENDEE:mailto:evil@example.org",
        description="".join(map(chr, range(1, 0x20))) + "\u2028ORGANIZER:mailto:evil@example.org",
    )

    response = ada.get(f"{event}calendar.ics")

    assert not {"ATTENDEE", "ORGANIZER"} & read(response).keys()
    lines = response.content.split(b"\r\n")
    assert not any(line.startswith((b"ATTENDEE", b"ORGANIZER")) for line in lines)
    assert not any(each < 0x20 for line in lines for each in line.replace(b"\t", b""))
