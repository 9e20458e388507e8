"""The SQL statements of release 0.1.0, and threads that run them."""

import time
from contextlib import contextmanager
from threading import Event, Thread

import psycopg2

from tests.upgrades.old_database import SNAPSHOT

# The columns that 0.1.0 reads and writes, always by name.
EVENT = (
    "id, creator_id, title, description, start_time, end_time, capacity, attendees_count,"
    " created_at, updated_at"
)
SESSION = (
    "id, user_id, refresh_token_hash, created_at, last_used_at, expires_at, revoked_at, ends_at,"
    " ip, user_agent"
)
JOINS = (
    """INSERT INTO users (id, username, email, password_hash, created_at)
       VALUES (gen_random_uuid(), 'u' || gen_random_uuid(), NULL, 'hash', now())
       RETURNING id AS person""",
    f"""INSERT INTO sessions ({SESSION}) VALUES (gen_random_uuid(), %(person)s, '', now(), now(),
        now() + interval '1 day', NULL, now() + interval '30 days', NULL, NULL)""",
    f"""UPDATE sessions SET refresh_token_hash = 'x', expires_at = now()
        WHERE user_id = %(person)s RETURNING {SESSION}""",
)
PUBLISHES = (
    f"""INSERT INTO events ({EVENT}) VALUES (gen_random_uuid(), %(person)s, 'Tea', 'with ada',
        now() + interval '1 day', now() + interval '2 days', 10, 0, now(), now())
        RETURNING id AS event""",
)
ATTENDS = (
    f"SELECT {EVENT} FROM events WHERE id = %(event)s FOR UPDATE",
    """INSERT INTO attendances (event_id, user_id, registered_at)
       VALUES (%(event)s, %(person)s, now())""",
    "UPDATE events SET attendees_count = attendees_count + 1 WHERE id = %(event)s",
)
CANCELS = (
    f"SELECT {EVENT} FROM events WHERE id = %(event)s FOR UPDATE",
    "DELETE FROM attendances WHERE event_id = %(event)s AND user_id = %(person)s",
    "UPDATE events SET attendees_count = attendees_count - 1 WHERE id = %(event)s",
)
LISTS = (
    f"""SELECT {EVENT} FROM events WHERE tstzrange(start_time, end_time) @> now()
        ORDER BY start_time, id LIMIT 20""",
    f"SELECT {EVENT} FROM events WHERE start_time > now() ORDER BY start_time, id LIMIT 20",
)
EDITS = ("UPDATE events SET title = 'Coffee', updated_at = now() WHERE id = %(event)s",)
DELETES = ("DELETE FROM events WHERE id = %(event)s",)
TRANSACTIONS = (JOINS, PUBLISHES, ATTENDS, LISTS, CANCELS, EDITS, DELETES)
# As in the service. Without its statement_timeout, because a busy machine makes statements slow.
OPTIONS = "-c lock_timeout=1000"


class OldRelease:
    """Threads that repeat its transactions, each on its own connection."""

    def __init__(self, url):
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._stop = Event()
        self.errors, self.taken_s = [], []

    def run_transactions(self):
        connection = psycopg2.connect(self._url, options=OPTIONS)
        values = {"event": SNAPSHOT["events"]["upcoming"]}
        try:
            while not self._stop.is_set():
                for statements in TRANSACTIONS:
                    started = time.monotonic()
                    with connection, connection.cursor() as cursor:
                        for statement in statements:
                            cursor.execute(statement, values)
                            if "RETURNING id AS" in statement:
                                values[cursor.description[0].name] = cursor.fetchone()[0]
                    self.taken_s.append(time.monotonic() - started)
        except psycopg2.Error as error:
            self.errors.append(str(error))
        finally:
            connection.close()

    @contextmanager
    def running(self, threads=4):
        workers = [Thread(target=self.run_transactions) for _ in range(threads)]
        for thread in workers:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in workers:
                thread.join()
