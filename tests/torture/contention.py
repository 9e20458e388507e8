"""Many users compete for few seats, even while the event changes or starts."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from domain.events.state import EventState
from tests.concurrency import run_concurrently, wait_until
from tests.torture.clients import AttendeeClient, Client
from tests.torture.ledger import Ledger, Outcome
from tests.torture.report import Report


def attendee_clients(base_url, ledger, users):
    """One client per user, already connected, so that only the request remains."""
    clients = [AttendeeClient(Client(base_url), ledger, user) for user in users]
    for each in clients:
        each.client.connect()
    return clients


def close(clients):
    for each in clients:
        each.client.close()


def attend_all(sample_data, base_url, *, people: int, seats: int) -> Report:
    """Everyone attends the same event at the same instant."""
    report, ledger = Report(f"{people} people attend an event with {seats} seats"), Ledger()
    users = sample_data.create_users(people)
    event = sample_data.create_event(users[0], seats)
    clients = attendee_clients(base_url, ledger, users)
    run_concurrently(*[lambda each=each: each.attend(event) for each in clients])
    close(clients)

    counts = ledger.response_counts()
    attended, rejected = counts[204, None], counts[409, "capacity_exhausted"]
    _, _, attendees = sample_data.seats(event)
    report.figures = {"204": attended, "409": rejected, "rows": len(attendees)}
    report.check(attended == seats, f"{attended} were acknowledged")
    report.check(rejected == people - seats, f"responses: {dict(counts)}")
    report.violations += ledger.violations(sample_data)
    return report


def attend_repeatedly(sample_data, base_url, *, attempts: int) -> Report:
    report = Report(f"one person attends {attempts} times at once")
    [user] = sample_data.create_users(1)
    event = sample_data.create_event(user, 10)
    clients = [Client(base_url) for _ in range(attempts)]
    for client in clients:
        client.connect()
    path = f"/v1/events/{event}/attend/"
    responses = run_concurrently(*[lambda c=c: c.request(user, "POST", path) for c in clients])
    for client in clients:
        client.close()

    acknowledged = [response.status for response in responses].count(204)
    _, count, attendees = sample_data.seats(event)
    report.figures = {"204": acknowledged, "rows": len(attendees)}
    report.check(acknowledged == attempts, f"{acknowledged} were acknowledged")
    report.check(count == 1 and attendees == {user.id}, f"count {count}, {len(attendees)} rows")
    return report


def attend_and_cancel(
    sample_data, base_url, *, clients: int, seats: int, rounds: int, seconds: float
) -> Report:
    """Clients attend and cancel in turn, for at least this many rounds and seconds."""
    report, ledger = Report(f"{clients} clients attend and cancel, {seats} seats"), Ledger()
    users = sample_data.create_users(clients)
    event = sample_data.create_event(users[0], seats)
    end, is_over = time.monotonic() + seconds, Event()
    counts: set[int] = set()
    checks = 0

    def watch():
        nonlocal checks
        while not is_over.is_set():
            _, count, attendees = sample_data.seats(event)
            checks += 1
            counts.add(count)
            report.check(count == len(attendees), f"count {count}, {len(attendees)} rows")
            report.check(0 <= count <= seats, f"count {count}")

    def alternate(client):
        done = 0
        while done < rounds or time.monotonic() < end:
            client.attend(event)
            client.cancel(event)
            done += 1

    watcher = Thread(target=watch)
    watcher.start()
    attendees = attendee_clients(base_url, ledger, users)
    run_concurrently(*[lambda each=each: alternate(each) for each in attendees])
    close(attendees)
    is_over.set()
    watcher.join()
    report.figures = {
        "responses": len(ledger.responses),
        "acknowledged": ledger.acknowledged(),
        "checks": checks,
        "count": f"{min(counts)}-{max(counts)}",
    }
    report.check(max(counts) > 0, "no check saw an attendee")
    report.violations += ledger.violations(sample_data)
    return report


def last_seat(sample_data, base_url, *, contenders: int) -> Report:
    """The holder of the only seat cancels; contenders retry until the event is full again."""
    report, ledger = Report(f"one cancels, {contenders} compete for the seat"), Ledger()
    holder, *others = sample_data.create_users(contenders + 1)
    event = sample_data.create_event(holder, 1)
    holding, *competing = attendee_clients(base_url, ledger, [holder, *others])
    holding.attend(event)
    cancelled_at: list[float] = []

    def cancel():
        cancelled_at.append(holding.cancel(event).ended)

    def compete(client):
        while True:
            is_free = bool(cancelled_at)
            response = client.attend(event)
            if response.outcome is Outcome.ACKNOWLEDGED:
                return True
            if is_free and response.status == 409:
                return False

    results = run_concurrently(cancel, *(lambda each=each: compete(each) for each in competing))
    close([holding, *competing])
    winners = results.count(True)
    rejected = ledger.response_counts()[409, "capacity_exhausted"]
    report.figures = {"attended": winners, "rejected": rejected}
    report.check(winners == 1, f"{winners} attended")
    report.violations += ledger.violations(sample_data)
    return report


def lower_capacity(sample_data, base_url, *, rounds: int, attendees: int = 12) -> Report:
    """The creator lowers the capacity below the number of users who attend at that instant."""
    report, ledger = Report(f"capacity lowered while people attend, {rounds} rounds"), Ledger()
    creator, *users = sample_data.create_users(attendees + 1)
    clients = attendee_clients(base_url, ledger, users)
    creator_client = Client(base_url)
    statuses = {200: 0, 409: 0}
    for _ in range(rounds):
        event = sample_data.create_event(creator, attendees)
        body = {"capacity": attendees // 2}

        def lower(event=event, body=body):
            path = f"/v1/events/{event}/"
            return creator_client.request_until_available(creator, "PATCH", path, body)

        attends = [lambda each=each, event=event: each.attend(event) for each in clients]
        lowered, *_ = run_concurrently(lower, *attends)
        report.check(lowered.status in statuses, f"PATCH: {lowered.status} {lowered.code}")
        statuses[lowered.status] = statuses.get(lowered.status, 0) + 1
    close(clients)
    creator_client.close()
    report.figures = {"lowered": statuses[200], "too late": statuses[409]}
    report.figures |= {"attended": ledger.acknowledged()}
    report.violations += ledger.violations(sample_data)
    return report


def delete_event(sample_data, base_url, *, rounds: int, attendees: int = 12) -> Report:
    report, ledger = Report(f"event deleted while people attend, {rounds} rounds"), Ledger()
    creator, *users = sample_data.create_users(attendees + 1)
    clients = attendee_clients(base_url, ledger, users)
    creator_client = Client(base_url)
    for _ in range(rounds):
        event = sample_data.create_event(creator, attendees)

        def delete(event=event):
            return creator_client.request(creator, "DELETE", f"/v1/events/{event}/")

        attends = [lambda each=each, event=event: each.attend(event) for each in clients]
        deleted, *_ = run_concurrently(delete, *attends)
        report.check(deleted.status == 204, f"DELETE: {deleted.status} {deleted.code}")
        report.check(sample_data.seats(event) is None, "the event still exists")
    close(clients)
    creator_client.close()
    counts = ledger.response_counts()
    report.figures = {"attended": counts[204, None], "too late": counts[404, "event_not_found"]}
    report.violations += ledger.violations(sample_data)
    return report


def call_off_event(sample_data, base_url, *, rounds: int, attendees: int = 20) -> Report:
    """The creator calls the event off while people attend and cancel.

    After its response, seats are only given back.
    """
    report, ledger = Report(f"event called off while people attend, {rounds} rounds"), Ledger()
    creator, *users = sample_data.create_users(attendees + 5)
    clients = attendee_clients(base_url, ledger, users)
    attending, cancelling = clients[:attendees], clients[attendees:]
    creator_client = Client(base_url)
    creator_client.connect()
    for _ in range(rounds):
        event = sample_data.create_event(creator)
        for each in cancelling:
            each.attend(event)

        def call_off(event=event):
            path = f"/v1/events/{event}/call-off/"
            response = creator_client.request_until_available(creator, "POST", path)
            _, _, seated = sample_data.seats(event)
            return response, seated

        attends = [lambda each=each, event=event: each.attend(event) for each in attending]
        cancels = [lambda each=each, event=event: each.cancel(event) for each in cancelling]
        (called_off, seated), *_ = run_concurrently(call_off, *attends, *cancels)
        report.check(called_off.status == 200, f"call-off: {called_off.status} {called_off.code}")
        _, _, seated_at_the_end = sample_data.seats(event)
        late = seated_at_the_end - seated
        report.check(not late, f"{len(late)} got a seat after the call-off")
        report.check(sample_data.event(event).state == "cancelled", "the event is not cancelled")
    close(clients)
    creator_client.close()
    counts = ledger.response_counts()
    report.figures = {"attended or left": counts[204, None]}
    report.figures |= {"too late": counts[409, "event_cancelled"]}
    report.violations += ledger.violations(sample_data)
    return report


def start_event(sample_data, base_url, *, rounds: int, attendees: int = 8) -> Report:
    """People attend, and the creator calls the event off, just as it starts."""
    report, ledger = Report(f"event called off as it starts, {rounds} rounds"), Ledger()
    creator, *users = sample_data.create_users(attendees + 1)
    clients = attendee_clients(base_url, ledger, users)
    creator_client = Client(base_url)
    creator_client.connect()
    responses: Counter[tuple[int | None, str | None]] = Counter()
    for number in range(rounds):
        event = sample_data.create_event(creator, starts_in=timedelta(milliseconds=300))
        start = sample_data.event(event).start_time

        # Requests take some milliseconds: most of these arrive shortly before and after the start.
        margin = number % 10 * timedelta(milliseconds=10)

        def at_the_start(send, nearly=start - margin):
            wait_until(lambda: datetime.now(UTC) >= nearly, "the event starts")
            return send()

        def call_off(event=event):
            return creator_client.request(creator, "POST", f"/v1/events/{event}/call-off/")

        attends = [lambda each=each, event=event: each.attend(event) for each in clients]
        called_off, *_ = run_concurrently(
            *(lambda send=send: at_the_start(send) for send in (call_off, *attends))
        )
        responses[called_off.status, called_off.code] += 1
        row = sample_data.event(event)
        expected = (200, "cancelled") if row.cancelled_at else (409, "published")
        report.check(
            (called_off.status, row.state) == expected,
            f"call-off: {called_off.status} {called_off.code}, the event is {row.state}",
        )
        for instant in (row.cancelled_at, row.latest_registration):
            report.check(instant is None or instant < start, f"{instant} is after {start}")
    close(clients)
    creator_client.close()
    counts = ledger.response_counts()
    report.figures = {"called off": responses[200, None]}
    report.figures |= {"call-offs too late": responses[409, "read_only_event"]}
    report.figures |= {"attended": counts[204, None]}
    report.figures |= {"attends too late": counts[409, "read_only_event"]}
    report.violations += ledger.violations(sample_data)
    return report


def change_state(sample_data, base_url, *, rounds: int, clients: int = 4) -> Report:
    """Publish a draft several times concurrently, then edit it and call it off concurrently.

    Its revision counts one publication, one call-off, and the edits before that.
    """
    report = Report(f"draft published, edited and called off at once, {rounds} rounds")
    [creator] = sample_data.create_users(1)
    http = [Client(base_url) for _ in range(2 * clients)]
    for each in http:
        each.connect()
    counts: Counter[tuple[int | None, str | None]] = Counter()
    for _ in range(rounds):
        event = sample_data.create_event(
            creator, state=EventState.DRAFT, updated_at=datetime.now(UTC)
        )
        path = f"/v1/events/{event}/"

        def send(client, method, action="", body=None, path=path):
            return client.request(creator, method, f"{path}{action}", body)

        published = run_concurrently(
            *(lambda each=each: send(each, "POST", "publish/") for each in http)
        )
        report.check({each.status for each in published} == {200}, f"publish: {published}")
        row = sample_data.event(event)
        found = row.state, row.revision
        report.check(found == ("published", 1), f"published: {found}")
        edits = [
            lambda each=each, seats=seats: send(each, "PATCH", body={"capacity": seats})
            for seats, each in enumerate(http[:clients], start=1)
        ]
        call_offs = [
            lambda each=each: send(each, "POST", "call-off/", {"reason": "It rains."})
            for each in http[clients:]
        ]
        responses = run_concurrently(*edits, *call_offs)
        edited = [each.status for each in responses[:clients]].count(200)
        counts.update((each.status, each.code) for each in responses[:clients])
        row = sample_data.event(event)
        found = row.state, row.revision
        report.check(found == ("cancelled", 2 + edited), f"{edited} edits: {found}")
        report.check(row.updated_at == row.cancelled_at, "edited after the call-off")
        report.check({each.status for each in responses[clients:]} == {200}, f"{responses}")
    for each in http:
        each.close()
    rejected = counts[409, "event_cancelled"]
    report.figures = {"edited": counts[200, None], "edits too late": rejected}
    report.check(rejected + counts[200, None] == rounds * clients, f"edits: {dict(counts)}")
    return report
