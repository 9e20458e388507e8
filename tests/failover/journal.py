"""A table that records each change of a seat, in the transaction that changes it.

Comparing final states misses a lost change that a later one repeats.
"""

from sqlalchemy import text

from tests.torture.ledger import Action, Ledger, Outcome

CREATE = """
    CREATE TABLE journal (
        id bigint GENERATED ALWAYS AS IDENTITY, event_id uuid, user_id uuid, is_seat_taken boolean
    );
    CREATE FUNCTION write_journal() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO journal (event_id, user_id, is_seat_taken)
            VALUES (NEW.event_id, NEW.user_id, true);
        ELSE
            INSERT INTO journal (event_id, user_id, is_seat_taken)
            VALUES (OLD.event_id, OLD.user_id, false);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER write_journal AFTER INSERT OR DELETE ON attendances
    FOR EACH ROW EXECUTE FUNCTION write_journal()
"""
SELECT = text("""
    SELECT array_agg(is_seat_taken ORDER BY id) FROM journal
    WHERE event_id = :event AND user_id = :user
""")


def create_journal(engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(CREATE))


def lost_changes(engine, ledger: Ledger) -> list[str]:
    """Users whose responses contradict the journal."""
    found = []
    with engine.connect() as connection:
        for (event, user), attempts in ledger.attempts():
            changes = connection.execute(SELECT, {"event": event, "user": user}).scalar() or []
            if changes != [number % 2 == 0 for number in range(len(changes))]:
                found.append(f"changes of {user} are missing within the journal: {changes}")
            if len(changes) not in possible_changes(attempts):
                found.append(
                    f"{len(changes)} changes of {user} are recorded, but "
                    f"{possible_changes(attempts)} were acknowledged"
                )
    return found


def possible_changes(attempts) -> set[int]:
    """How many changes a user's responses allow. After an odd number, they have a seat."""
    counts = {0}
    for action, response in attempts:
        takes_seat = action is Action.ATTEND
        after = {count + (takes_seat == (count % 2 == 0)) for count in counts}
        if response.outcome is Outcome.ACKNOWLEDGED:
            counts = after
        elif response.outcome is Outcome.UNKNOWN:
            counts |= after
    return counts
