"""Changes under load reach a webhook, although workers are killed and the endpoint often fails."""

import random
from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from threading import Event, Lock
from uuid import UUID

import httpx
from sqlalchemy import text

from application.webhooks.claim_deliveries import PER_WEBHOOK
from domain.events.messages import MessageType
from domain.webhooks.delivery import LEASE
from tests.builders import DAY, HOUR, SECOND
from tests.concurrency import wait_until
from tests.receivers import ReceivedRequest, Reply, a_receiver
from tests.torture.clients import PAUSE_S, Client
from tests.torture.contention import close
from tests.torture.ledger import Action, Ledger, Outcome
from tests.torture.message_log import change_of, committed_changes
from tests.torture.process_failures import WORKERS
from tests.torture.report import Report
from tests.torture.waitlist_log import WaitlistLog
from tests.torture.waitlists import in_groups, threads
from tests.workers import kill, start_worker

# Requests to the endpoint between two kills.
PROGRESS = 30
SEATS = 5
ACTIONS = [*3 * [Action.ATTEND, Action.CANCEL, Action.JOIN], Action.LEAVE, Action.BE_REMOVED]
CAPACITIES = range(SEATS - 3, SEATS + 4)
SLOW_S = 0.3
# An endpoint must not be disabled after ten failures.
MAX_FAILURES = 3
# Longer than attempts take here, even if the machine is busy. The rest of a lease passes at once.
SHORT_LEASE = 8 * SECOND
ROLLED_BACK = ", rolled back"
# At COMMIT, when everything is written. The service tries again after most of them.
FAIL_COMMITS = f"""
    CREATE FUNCTION fail_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.title LIKE '%{ROLLED_BACK}' OR random() < 0.1 THEN
            RAISE serialization_failure;
        END IF;
        RETURN NULL;
    END
    $$;
    CREATE CONSTRAINT TRIGGER fail_commit AFTER INSERT OR UPDATE ON events
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_commit();
"""
STOP_FAILING = "DROP FUNCTION fail_commit CASCADE"
# Retries are due at once. Leases that a killed worker left behind end early.
LET_TIME_PASS = text("""
    UPDATE webhook_deliveries SET next_attempt_at = now() WHERE id IN (
        SELECT id FROM webhook_deliveries
        WHERE state = 'pending' AND next_attempt_at > now()
          AND (lease_id IS NULL OR next_attempt_at < now() + :rest_of_lease)
        FOR UPDATE SKIP LOCKED
    )
""")
UNDELIVERED = text("""
    SELECT (SELECT count(*) FROM outbox WHERE owner_id = :owner_id)
        + (SELECT count(*) FROM webhook_deliveries JOIN webhooks ON webhooks.id = webhook_id
           WHERE user_id = :owner_id AND state = 'pending')
""")


class UnreliableEndpoint:
    """A third of the requests gets an error, no response, or a slow one."""

    def __init__(self) -> None:
        self.secret = ""
        self.unsigned = self.errors = self.dropped = self.slow = 0
        self._failures: Counter[UUID] = Counter()
        self._lock = Lock()
        self._never = Event()

    def __call__(self, request: ReceivedRequest) -> Reply:
        chance = random.random()
        with self._lock:
            self.unsigned += not request.is_signed_with(self.secret)
            if chance > 1 / 3 or self._failures[request.message_id] == MAX_FAILURES:
                return Reply()
            self._failures[request.message_id] += 1
            if chance < 1 / 9:
                self.errors += 1
                return Reply(500)
            if chance < 2 / 9:
                self.dropped += 1
                return Reply(None)
            self.slow += 1
        self._never.wait(SLOW_S)
        return Reply()


class Organizer:
    """Creates, edits, publishes, calls off and deletes events.

    `outcomes` are by the type of message and the event's id or, for an edit, its new title.
    """

    def __init__(self, base_url, sample_data, owner, guest, stranger) -> None:
        self._client = Client(base_url)
        self._sample_data = sample_data
        self._owner, self._guest, self._stranger = owner, guest, stranger
        self._numbers = count()
        self.outcomes: dict[tuple[str, str], Outcome] = {}

    def create(self, state: str, **fields) -> UUID | None:
        """Returns the id, unless the event was not created."""
        title, start = self._new_title(), datetime.now(UTC) + 7 * DAY
        times = {"start_time": start.isoformat(), "end_time": (start + HOUR).isoformat()}
        body = {"title": title, "state": state, **times, **fields}
        outcome = self._client.request(self._owner, "POST", "/v1/events/", body).outcome
        statement = text("SELECT id FROM events WHERE title = :title")
        with self._sample_data.engine.connect() as connection:
            event = connection.execute(statement, {"title": title}).scalar_one_or_none()
        if event and state == "published":
            self.outcomes[MessageType.EVENT_PUBLISHED, str(event)] = outcome
        return event

    def edit(self, event: UUID, user=None, suffix: str = "", **changes) -> Outcome:
        title = self._new_title() + suffix
        path, body = f"/v1/events/{event}/", {"title": title, **changes}
        outcome = self._client.request(user or self._owner, "PATCH", path, body).outcome
        self.outcomes[MessageType.EVENT_UPDATED, title] = outcome
        return outcome

    def organize(self, is_over: Event, events: list[UUID]) -> None:
        """Change these events, and create and delete others."""
        while not is_over.is_set():
            self.edit(random.choice(events), capacity=random.choice(CAPACITIES))
            if event := self.create("draft"):
                self._organize(event)
            else:
                is_over.wait(PAUSE_S)
        self._client.close()

    def _organize(self, event: UUID) -> None:
        path = f"/v1/events/{event}/"
        self.edit(event)
        self.edit(event, user=self._stranger)
        self._act(MessageType.EVENT_PUBLISHED, event, "POST", f"{path}publish/")
        self._client.request(self._guest, "POST", f"{path}attend/")
        self.edit(event, suffix=ROLLED_BACK)
        if random.random() < 0.5:
            self._act(MessageType.EVENT_CANCELLED, event, "POST", f"{path}call-off/")
            self.edit(event)
            self._client.request(self._guest, "POST", f"{path}cancel/")
        self._act(MessageType.EVENT_DELETED, event, "DELETE", path)

    def _act(self, message_type: MessageType, event: UUID, method: str, path: str) -> None:
        outcome = self._client.request(self._owner, method, path).outcome
        self.outcomes[message_type, str(event)] = outcome

    def _new_title(self) -> str:
        return f"Number {next(self._numbers)}"


def act_at_random(is_over: Event, people, events) -> None:
    """`events` have the id and the creator of each."""
    while not is_over.is_set():
        person, (event, creator), action = map(random.choice, (people, events, ACTIONS))
        if action is Action.BE_REMOVED:
            response = person.be_removed(event, creator)
        else:
            response = person.act(action, event)
        if response.status in (None, 503):
            is_over.wait(PAUSE_S)
    close(people[:1])


def let_time_pass(is_over: Event, sample_data) -> None:
    rest_of_lease = LEASE - SHORT_LEASE
    while not is_over.wait(0.1):
        with sample_data.engine.begin() as connection:
            connection.execute(LET_TIME_PASS, {"rest_of_lease": rest_of_lease})


@contextmanager
def failing_commits(engine):
    with engine.begin() as connection:
        connection.execute(text(FAIL_COMMITS))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text(STOP_FAILING))


@contextmanager
def two_workers(database_url: str):
    processes = [start_worker(database_url) for _ in range(2)]
    try:
        yield processes
    finally:
        for process in processes:
            kill(process)


def create_webhook(base_url: str, user, url: str, types=None) -> str:
    """Returns its secret."""
    body = {"url": url, "types": types}
    headers = {"Authorization": f"Bearer {user.access_token}"}
    response = httpx.post(f"{base_url}/v1/webhooks/", json=body, headers=headers)
    return response.raise_for_status().json()["secret"]


def deliver_all(sample_data, service, *, changes: int, kills: int, clients: int) -> Report:
    """At least this many changes. Kills a worker, or a worker of the service, in turn."""
    report = Report(f"webhooks: {changes} changes, {kills} kill -9, a third of requests fail")
    ledger, endpoint = Ledger(), UnreliableEndpoint()
    owner, guest, stranger, *users = sample_data.create_users(3 + 3 * clients)
    organizer = Organizer(service.base_url, sample_data, owner, guest, stranger)
    with (
        a_receiver(endpoint) as receiver,
        WaitlistLog(sample_data.engine) as log,
        two_workers(sample_data.database_url) as workers,
        threads() as start,
    ):
        endpoint.secret = create_webhook(service.base_url, owner, f"{receiver.url}/owner")
        # Nothing arrives there: this event is not deleted.
        create_webhook(
            service.base_url, stranger, f"{receiver.url}/stranger", [MessageType.EVENT_DELETED]
        )
        theirs = sample_data.create_event(stranger, SEATS)
        start(let_time_pass, sample_data)
        events = [organizer.create("published", capacity=SEATS) for _ in range(3)]
        open_events = [(theirs, stranger), *((each, owner) for each in events)]
        with failing_commits(sample_data.engine), threads() as start_client:
            start_client(organizer.organize, events)
            for group in in_groups(service.base_url, ledger, users, clients):
                start_client(act_at_random, group, open_events)
            for number in range(kills):
                goal = len(receiver.requests) + PROGRESS
                wait_until(lambda goal=goal: len(receiver.requests) > goal, "requests arrive")
                if number % 2:
                    wait_until(lambda: len(service.workers()) == WORKERS, "they are replaced")
                    service.kill_worker()
                else:
                    kill(workers.pop(0))
                    workers.append(start_worker(sample_data.database_url))
            wait_until(lambda: log.count_transactions() >= changes, "all changes are made")
        wait_until(lambda: count_undelivered(sample_data, owner) == 0, "all is delivered", 300)
        committed: Counter = Counter()
        for event in log.event_ids_of(owner.id):
            committed += committed_changes(log.transactions(event))
    wait_until(lambda: len(service.workers()) == WORKERS, "the workers are replaced")
    check_requests(report, receiver.requests, committed, (kills + 1) // 2)
    report.figures |= {"500": endpoint.errors, "dropped": endpoint.dropped, "slow": endpoint.slow}
    unsigned = endpoint.unsigned
    report.check(not unsigned, f"{unsigned} requests without a valid signature")
    check_outcomes(report, receiver.requests, organizer.outcomes)
    report.violations += ledger.violations(sample_data)
    return report


def count_undelivered(sample_data, owner) -> int:
    with sample_data.engine.connect() as connection:
        return int(connection.execute(UNDELIVERED, {"owner_id": owner.id}).scalar_one())


def check_requests(report: Report, requests, committed: Counter, kills: int) -> None:
    """Compare the requests with the committed changes."""
    by_id = defaultdict(list)
    for request in requests:
        by_id[request.message_id].append(request)
    arrived = Counter(change_of(same[0].json()) for same in by_id.values())
    succeeded = Counter(each.message_id for each in requests if each.reply == Reply())
    duplicates = succeeded.total() - len(succeeded)
    report.figures = {
        "changes": committed.total(),
        "requests": len(requests),
        "duplicates": duplicates,
    }
    elsewhere = sum(each.path != "/owner" for each in requests)
    report.check(not elsewhere, f"{elsewhere} requests to somebody else's webhook")
    changed = sum(len({each.body for each in same}) > 1 for same in by_id.values())
    report.check(not changed, f"{changed} messages changed between attempts")
    failed = by_id.keys() - succeeded.keys()
    report.check(not failed, f"{len(failed)} messages arrived only in requests that failed")
    report.violations += [f"{each} arrived less often" for each in committed - arrived]
    report.violations += [f"{each} arrived, but was not committed" for each in arrived - committed]
    most = PER_WEBHOOK * kills
    report.check(duplicates <= most, f"{duplicates} duplicates, at most {most} by kills")


def check_outcomes(report: Report, requests, outcomes) -> None:
    """Compare the requests with the responses that the organizer got."""
    arrived = set()
    for request in requests:
        body = request.json()
        if event := body["data"].get("event"):
            is_edit = body["type"] == MessageType.EVENT_UPDATED
            arrived.add((body["type"], event["title" if is_edit else "id"]))
    acknowledged = {each for each, outcome in outcomes.items() if outcome is Outcome.ACKNOWLEDGED}
    rejected = {each for each, outcome in outcomes.items() if outcome is Outcome.REJECTED}
    report.figures |= {"rejected": len(rejected)}
    report.violations += [f"{each}: acknowledged, but missing" for each in acknowledged - arrived]
    report.violations += [f"{each}: rejected, but it arrived" for each in rejected & arrived]
