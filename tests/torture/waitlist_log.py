"""Triggers log every change of seats and waitlists; a replay checks each transaction.

Transactions that change one event hold its row lock, so their order in the log is the order of
their commits. A transaction that is rolled back leaves no trace.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from sqlalchemy import Engine, Row, text

INSTALL = """
    CREATE TABLE changes (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
        relation text NOT NULL,
        operation text NOT NULL,
        content jsonb NOT NULL
    );
    CREATE FUNCTION log_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO changes (relation, operation, content)
        VALUES (TG_TABLE_NAME, TG_OP, to_jsonb(COALESCE(NEW, OLD)));
        RETURN NULL;
    END
    $$;
    CREATE TRIGGER log_change AFTER INSERT OR DELETE ON attendances
    FOR EACH ROW EXECUTE FUNCTION log_change();
    CREATE TRIGGER log_change AFTER INSERT OR DELETE ON waitlist_entries
    FOR EACH ROW EXECUTE FUNCTION log_change();
    CREATE TRIGGER log_change AFTER INSERT OR UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION log_change();
    CREATE TRIGGER log_change AFTER UPDATE OF username ON users
    FOR EACH ROW WHEN (NEW.username IS NULL) EXECUTE FUNCTION log_change();
"""
UNINSTALL = "DROP FUNCTION log_change CASCADE; DROP TABLE changes"


class WaitlistLog:
    """Logs changes while the block runs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> "WaitlistLog":
        self._execute(INSTALL)
        return self

    def __exit__(self, *_) -> None:
        self._execute(UNINSTALL)

    def replay(self, event_id: UUID) -> "Replay":
        changes = self._changes(event_id)
        deleted = {each.content["id"]: each.number for each in changes if each.relation == "users"}
        replay = Replay(deleted)
        for transaction in by_transaction(changes):
            replay.apply(transaction)
        return replay

    def transactions(self, event_id: UUID) -> Iterator[list[Row]]:
        """The changes of an event, its seats and its waitlist."""
        return by_transaction(self._changes(event_id))

    def count_transactions(self) -> int:
        statement = text("SELECT count(DISTINCT transaction) FROM changes")
        with self._engine.connect() as connection:
            return int(connection.execute(statement).scalar_one())

    def event_ids_of(self, creator_id: UUID) -> set[UUID]:
        statement = text("""
            SELECT DISTINCT content ->> 'id' FROM changes
            WHERE relation = 'events' AND content ->> 'creator_id' = :creator_id
        """)
        with self._engine.connect() as connection:
            ids = connection.execute(statement, {"creator_id": str(creator_id)}).scalars()
            return {UUID(each) for each in ids}

    def _changes(self, event_id: UUID) -> Sequence[Row]:
        statement = text("""
            SELECT number, transaction, relation, operation, content FROM changes
            WHERE relation = 'users'
               OR content ->> CASE relation WHEN 'events' THEN 'id' ELSE 'event_id' END = :event_id
            ORDER BY number
        """)
        with self._engine.connect() as connection:
            return connection.execute(statement, {"event_id": str(event_id)}).all()

    def _execute(self, statements: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(text(statements))


def by_transaction(changes: Sequence[Row]) -> Iterator[list[Row]]:
    others = (each for each in changes if each.relation != "users")
    for _, transaction in groupby(others, lambda change: change.transaction):
        yield list(transaction)


@dataclass
class Replay:
    """The event after each transaction, and the rules that were broken."""

    deleted: dict[str, int]  # the number of the change, by user
    promoted: int = 0
    raised: int = 0
    lowered: int = 0
    violations: list[str] = field(default_factory=list)
    _event: dict = field(default_factory=dict)
    _seated: set[str] = field(default_factory=set)
    _line: dict[str, int] = field(default_factory=dict)  # numbers by user
    _last_number: int = 0

    def apply(self, transaction) -> None:
        line = dict(self._line)
        for change in transaction:
            self._apply_change(change)
        last = transaction[-1].number
        waiting = {user: number for user, number in self._line.items() if self._exists(user, last)}
        promoted = {user: number for user, number in line.items() if user in self._seated}
        are_deleted = not all(self._exists(user, last) for user in promoted)
        self._check(not are_deleted, "a deleted account was promoted")
        self._check_promotions(promoted, waiting)
        self._check_counts(waiting)

    def _apply_change(self, change) -> None:
        is_insert, content = change.operation == "INSERT", change.content
        match change.relation:
            case "events":
                before = self._event.get("capacity", content["capacity"])
                self.raised += content["capacity"] > before
                self.lowered += content["capacity"] < before
                self._event = content
            case "attendances" if is_insert:
                self._seated.add(content["user_id"])
            case "attendances":
                self._seated.remove(content["user_id"])
            case "waitlist_entries" if is_insert:
                self._line[content["user_id"]] = content["number"]
                self._check(content["number"] > self._last_number, "a number was reused")
                self._last_number = content["number"]
            case "waitlist_entries":
                del self._line[content["user_id"]]

    def _exists(self, user: str, change: int) -> bool:
        """Whether the account existed at this change. Promotions lock accounts."""
        return self.deleted.get(user, change) >= change

    def _check_promotions(self, promoted: dict[str, int], waiting: dict[str, int]) -> None:
        self.promoted += len(promoted)
        skipped = min(waiting.values(), default=self._last_number + 1)
        last = max(promoted.values(), default=0)
        self._check(last < skipped, f"{last} was promoted before {skipped}")

    def _check_counts(self, waiting: dict[str, int]) -> None:
        capacity, count = self._event["capacity"], self._event["attendees_count"]
        found = f"capacity {capacity}, count {count}, {len(self._seated)} rows"
        self._check(count == len(self._seated) <= capacity, found)
        waitlist_count = self._event["waitlist_count"]
        found = f"waitlist count {waitlist_count}, {len(self._line)} rows"
        self._check(waitlist_count == len(self._line), found)
        self._check(not (count < capacity and waiting), "a free seat, and somebody waits")
        self._check(self._seated.isdisjoint(self._line), "somebody attends and waits")

    def _check(self, condition: bool, violation: str) -> None:
        if not condition:
            self.violations.append(violation)
