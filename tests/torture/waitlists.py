"""People take, give up and wait for seats while the capacity changes, workers die or it starts."""

import random
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from adapters.security.argon2 import Argon2Hasher
from tests.applications import ARGON2
from tests.concurrency import run_concurrently, wait_until
from tests.processes import command, environment
from tests.service import ROOT
from tests.torture.clients import PAUSE_S, AttendeeClient, Client
from tests.torture.contention import attendee_clients, close
from tests.torture.ledger import Action, Ledger, Outcome
from tests.torture.process_failures import WORKERS
from tests.torture.report import Report
from tests.torture.waitlist_log import WaitlistLog

PASSWORD = "the password of everyone in the crowd"
# Requests between two kills.
PROGRESS = 200
# The event empties and fills in turn, so that its capacity can be lowered, too.
PHASES = 4
# How often each action is chosen.
EMPTYING = {
    Action.ATTEND: 2,
    Action.JOIN: 2,
    Action.CANCEL: 42,
    Action.LEAVE: 42,
    Action.BE_REMOVED: 11,
    Action.DELETE_ACCOUNT: 1,
}
FILLING = {
    Action.ATTEND: 30,
    Action.JOIN: 40,
    Action.CANCEL: 15,
    Action.LEAVE: 10,
    Action.BE_REMOVED: 4,
    Action.DELETE_ACCOUNT: 1,
}
CAPACITY_RESPONSES = {
    (200, None),
    (409, "capacity_below_attendance"),
    (503, "try_again"),
    (503, "outcome_unknown"),
    (None, None),
}


def change_places(
    sample_data, base_url, *, people: int, seats: int, seconds: float, clients=32, service=None
) -> Report:
    """Everyone attends, cancels, joins, leaves, is removed or deletes their account at random.

    Meanwhile the creator raises and lowers the capacity, and workers of `service` are killed.
    """
    report, ledger = Report(f"{people} people, {seats} seats, and a waitlist"), Ledger()
    password_hash = Argon2Hasher(ARGON2, memory_mib=38).hash(PASSWORD)
    users = sample_data.create_users(people, password_hash=password_hash)
    [creator] = sample_data.create_users(1)
    groups = in_groups(base_url, ledger, users, clients)
    responses: set[tuple[int | None, str | None]] = set()
    kills = 0

    def weights():
        phase = int((time.monotonic() - started) / seconds * PHASES)
        return FILLING if phase % 2 else EMPTYING

    def change_capacity(stop, client):
        while not stop.is_set():
            _, count, _ = sample_data.seats(event)
            body = {"capacity": max(1, count + random.randint(-2, seats // 5))}
            response = client.request(creator, "PATCH", f"/v1/events/{event}/", body)
            responses.add((response.status, response.code))
            stop.wait(PAUSE_S)
        client.close()

    with WaitlistLog(sample_data.engine) as log:
        event = sample_data.create_event(creator, seats)
        run_concurrently(*(lambda group=group: take_places(group, event) for group in groups))
        counts = sample_data.seats(event)[1], sample_data.waitlist(event)[0]
        report.check(counts == (seats, people - seats), f"at first, attending, waiting: {counts}")
        started = time.monotonic()
        with threads() as start:
            start(change_capacity, Client(base_url))
            for group in groups:
                start(act_at_random, group, event, creator, weights)
            while service and time.monotonic() < started + seconds:
                wait_until(lambda: len(service.workers()) == WORKERS, "the workers are replaced")
                goal = ledger.acknowledged() + PROGRESS
                wait_until(lambda goal=goal: ledger.acknowledged() > goal, "requests succeed")
                service.kill_worker()
                kills += 1
            wait_until(lambda: time.monotonic() > started + seconds, "the time is over")
        purged = purge(sample_data)
        report.check(purged.returncode == 0, f"purge: {purged.stderr}")
        replay = log.replay(event)
    report.figures = dict(ledger.outcome_counts()) | {
        "promoted": replay.promoted,
        "raised": replay.raised,
        "lowered": replay.lowered,
        "accounts deleted": len(replay.deleted),
    }
    if service:
        report.figures |= {"kills": kills}
        wait_until(lambda: len(service.workers()) == WORKERS, "the workers are replaced")
    unexpected = responses - CAPACITY_RESPONSES
    report.check(not unexpected, f"PATCH: {unexpected}")
    report.violations += [*replay.violations, *ledger.violations(sample_data)]
    return report


def in_groups(base_url, ledger, users, number: int) -> list[list[AttendeeClient]]:
    """Users who share a connection and act in turn."""
    groups = []
    for first in range(number):
        client = Client(base_url)
        groups.append([AttendeeClient(client, ledger, user) for user in users[first::number]])
    return groups


def take_places(group, event) -> None:
    """Everyone attends, or joins the waitlist."""
    for person in group:
        if person.attend(event).status == 409:
            person.act(Action.JOIN, event)


def act_at_random(stop, group, event, creator, weights) -> None:
    """`weights()` says how often each action is chosen now."""
    people = list(group)
    while people and not stop.is_set():
        [action] = random.choices(*zip(*weights().items(), strict=True))
        person = random.choice(people)
        match action:
            case Action.BE_REMOVED:
                response = person.be_removed(event, creator)
            case Action.DELETE_ACCOUNT:
                response = person.delete_account(event, PASSWORD)
                if response.outcome is not Outcome.REJECTED:
                    people.remove(person)
            case _:
                response = person.act(action, event)
        if response.status in (None, 503):
            stop.wait(PAUSE_S)
    close(group[:1])


@contextmanager
def threads():
    """Yield a function that starts threads. Their first argument is an event, set at the end."""
    stop, started = Event(), []

    def start(run, *arguments):
        started.append(Thread(target=run, args=(stop, *arguments)))
        started[-1].start()

    try:
        yield start
    finally:
        stop.set()
        for thread in started:
            thread.join()


def purge(sample_data) -> subprocess.CompletedProcess:
    """Finish the deletions of accounts that killed workers interrupted."""
    settings = environment(DATABASE_URL=sample_data.database_url)
    return subprocess.run(
        command("purge"), check=False, cwd=ROOT, env=settings, capture_output=True, text=True
    )


def start_event(sample_data, base_url, *, rounds: int) -> Report:
    """People cancel, join and leave just as the event starts. Then nothing may change."""
    report, ledger = Report(f"an event with a waitlist starts, {rounds} rounds"), Ledger()
    creator, *users = sample_data.create_users(10)
    clients = attendee_clients(base_url, ledger, users)
    attending, waiting, others = clients[:3], clients[3:6], clients[6:]
    promoted = 0
    for number in range(rounds):
        with WaitlistLog(sample_data.engine) as log:
            starts_in = timedelta(milliseconds=300)
            event = sample_data.create_event(creator, len(attending), starts_in=starts_in)
            start = sample_data.event(event).start_time
            for each in attending:
                each.attend(event)
            for each in waiting:
                each.act(Action.JOIN, event)

            # Requests take some milliseconds: most arrive shortly before and after the start.
            margin = number % 10 * timedelta(milliseconds=10)

            def at_the_start(client, action, nearly=start - margin, event=event):
                wait_until(lambda: datetime.now(UTC) >= nearly, "the event starts")
                return client.act(action, event)

            actions = [
                *((each, Action.CANCEL) for each in attending),
                *((each, Action.LEAVE) for each in waiting[1:]),
                *((each, Action.JOIN) for each in others),
            ]
            run_concurrently(*(lambda each=each: at_the_start(*each) for each in actions))
            row = sample_data.event(event)
            for instant in (row.latest_registration, row.latest_join):
                report.check(instant is None or instant < start, f"{instant} is after {start}")
            replay = log.replay(event)
            promoted += replay.promoted
            report.violations += replay.violations
    close(clients)
    too_late = ledger.response_counts()[409, "read_only_event"]
    report.figures = {"promoted": promoted, "too late": too_late}
    report.violations += ledger.violations(sample_data)
    return report
