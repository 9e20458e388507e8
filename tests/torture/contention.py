"""Many people after few seats, at once."""

import time
from threading import Event, Thread

from tests.torture.clients import Attendant, Client, at_once
from tests.torture.ledger import Ledger, Outcome
from tests.torture.report import Report


def attendants(base_url, ledger, people):
    """Each with an open connection, so that nothing but the request is left to do."""
    made = [Attendant(base_url, ledger, person) for person in people]
    for each in made:
        each.client.connect()
    return made


def close(those):
    for each in those:
        each.client.close()


def rush(town, base_url, *, people: int, seats: int) -> Report:
    report, ledger = Report(f"{people} people after {seats} seats at once"), Ledger()
    crowd = town.people(people)
    event = town.event(crowd[0], seats)
    folk = attendants(base_url, ledger, crowd)
    at_once([lambda each=each: each.attend(event) for each in folk])
    close(folk)

    told = ledger.told()
    _, _, present = town.seats(event)
    report.figures = {"204": told[204, None], "409": told[409, "capacity_exhausted"]}
    report.figures |= {"rows": len(present)}
    report.must(told[204, None] == seats, f"{told[204, None]} were acknowledged")
    report.must(told[409, "capacity_exhausted"] == people - seats, f"told: {dict(told)}")
    report.violations += ledger.violations(town)
    return report


def insistence(town, base_url, *, attempts: int) -> Report:
    report = Report(f"one person attending {attempts} times at once")
    [person] = town.people(1)
    event = town.event(person, 10)
    clients = [Client(base_url) for _ in range(attempts)]
    for client in clients:
        client.connect()
    path = f"/v1/events/{event}/attend/"
    answers = at_once([lambda client=c: client.ask(person, "POST", path) for c in clients])
    for client in clients:
        client.close()

    acknowledged = [answer.status for answer in answers].count(204)
    _, count, present = town.seats(event)
    report.figures = {"204": acknowledged, "rows": len(present)}
    report.must(acknowledged == attempts, f"{acknowledged} were acknowledged")
    report.must(count == 1 and present == {person.id}, f"count {count}, {len(present)} rows")
    return report


def swinging(town, base_url, *, clients: int, seats: int, rounds: int, seconds: float) -> Report:
    """Attending and cancelling in turn, for so many rounds at least and so long at least."""
    report, ledger = Report(f"{clients} clients swinging on {seats} seats"), Ledger()
    crowd = town.people(clients)
    event = town.event(crowd[0], seats)
    end, is_over = time.monotonic() + seconds, Event()
    seen: set[int] = set()
    looks = 0

    def watch():
        nonlocal looks
        while not is_over.is_set():
            _, count, present = town.seats(event)
            looks += 1
            seen.add(count)
            report.must(count == len(present), f"count {count}, {len(present)} rows")
            report.must(0 <= count <= seats, f"count {count}")

    def swing(each):
        done = 0
        while done < rounds or time.monotonic() < end:
            each.attend(event)
            each.cancel(event)
            done += 1

    watcher = Thread(target=watch)
    watcher.start()
    folk = attendants(base_url, ledger, crowd)
    at_once([lambda each=each: swing(each) for each in folk])
    close(folk)
    is_over.set()
    watcher.join()
    report.figures = {
        "answers": len(ledger.answers),
        "acknowledged": ledger.acknowledged(),
        "looks": looks,
        "count": f"{min(seen)}-{max(seen)}",
    }
    report.must(max(seen) > 0, "nobody was seen with a seat")
    report.violations += ledger.violations(town)
    return report


def last_seat(town, base_url, *, contenders: int) -> Report:
    """One seat is given back; each contender asks until told so by a full event afterwards."""
    report, ledger = Report(f"one cancel, {contenders} contenders"), Ledger()
    holder, *crowd = town.people(contenders + 1)
    event = town.event(holder, 1)
    had, *folk = attendants(base_url, ledger, [holder, *crowd])
    had.attend(event)
    given_back: list[float] = []

    def give_back():
        given_back.append(had.cancel(event).ended)

    def contend(each):
        while True:
            is_free = bool(given_back)
            answer = each.attend(event)
            if answer.outcome is Outcome.ACKNOWLEDGED:
                return True
            if is_free and answer.status == 409:
                return False

    results = at_once([give_back, *(lambda each=each: contend(each) for each in folk)])
    close([had, *folk])
    winners = results.count(True)
    report.figures = {"got in": winners, "refused": ledger.told()[409, "capacity_exhausted"]}
    report.must(winners == 1, f"{winners} got in")
    report.violations += ledger.violations(town)
    return report


def shrinking(town, base_url, *, rounds: int, attendees: int = 12) -> Report:
    """Capacity lowered below what attends want, at the same instant."""
    report, ledger = Report(f"capacity lowered against attends, {rounds} rounds"), Ledger()
    creator, *crowd = town.people(attendees + 1)
    folk = attendants(base_url, ledger, crowd)
    owner = Client(base_url)
    statuses = {200: 0, 409: 0}
    for _ in range(rounds):
        event = town.event(creator, attendees)
        body = {"capacity": attendees // 2}

        def lower(event=event, body=body):
            return owner.ask(creator, "PATCH", f"/v1/events/{event}/", body)

        attends = [lambda each=each, event=event: each.attend(event) for each in folk]
        lowered, *_ = at_once([lower, *attends])
        report.must(lowered.status in statuses, f"PATCH: {lowered.status} {lowered.code}")
        statuses[lowered.status] = statuses.get(lowered.status, 0) + 1
    close(folk)
    owner.close()
    report.figures = {"lowered": statuses[200], "too late": statuses[409]}
    report.figures |= {"attends": ledger.acknowledged()}
    report.violations += ledger.violations(town)
    return report


def deletion(town, base_url, *, rounds: int, attendees: int = 12) -> Report:
    report, ledger = Report(f"delete against attends, {rounds} rounds"), Ledger()
    creator, *crowd = town.people(attendees + 1)
    folk = attendants(base_url, ledger, crowd)
    owner = Client(base_url)
    for _ in range(rounds):
        event = town.event(creator, attendees)

        def delete(event=event):
            return owner.ask(creator, "DELETE", f"/v1/events/{event}/")

        attends = [lambda each=each, event=event: each.attend(event) for each in folk]
        deleted, *_ = at_once([delete, *attends])
        report.must(deleted.status == 204, f"DELETE: {deleted.status} {deleted.code}")
        report.must(town.seats(event) is None, "the event is still there")
    close(folk)
    owner.close()
    told = ledger.told()
    report.figures = {"attends": told[204, None], "too late": told[404, "event_not_found"]}
    report.violations += ledger.violations(town)
    return report
