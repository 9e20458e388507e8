"""The tables. Migrations create them; a test compares the two."""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    event,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    # ASCII, so that lower() is the same on every server.
    # NULL if the account is deleted: the row remains for past events and seats.
    Column("username", Text(collation="C")),
    Column("email", Text),
    Column("password_hash", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # The email address is verified if the two are equal: the previous release, which runs alongside
    # during an upgrade, changes only `email`.
    Column("verified_email", Text),
    Column("notify_promotion", Boolean, nullable=False, server_default=true()),
    Column("notify_event_changes", Boolean, nullable=False, server_default=true()),
    Column("notify_reminder", Boolean, nullable=False, server_default=true()),
    CheckConstraint("(username IS NULL) = (password_hash IS NULL)", "account"),
)
Index("users_username_key", func.lower(users.c.username), unique=True)
Index(
    "users_verified_email_idx",
    func.lower(users.c.verified_email.collate("C")),
    postgresql_where=users.c.verified_email.is_not(None),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("refresh_token_hash", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_used_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("ip", Text),
    Column("user_agent", Text),
    Column("previous_refresh_token_hash", LargeBinary),
    Index("sessions_user_id_idx", "user_id"),
    Index("sessions_expires_at_idx", "expires_at"),
)

# No foreign key, because usernames without an account count, too.
password_attempts = Table(
    "password_attempts",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_attempt_at", DateTime(timezone=True), nullable=False),
    Index("password_attempts_last_attempt_at_idx", "last_attempt_at"),
)

events = Table(
    "events",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("creator_id", ForeignKey("users.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("start_time", DateTime(timezone=True), nullable=False),
    Column("end_time", DateTime(timezone=True), nullable=False),
    Column("capacity", Integer, nullable=False),
    # The number of rows in `attendances`, so that no request has to count them.
    Column("attendees_count", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    # Defaults for the previous release, which runs alongside during an upgrade.
    Column("type", Text, nullable=False, server_default="other"),
    Column("location", Text, nullable=False, server_default=""),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="published"),
    # NULL for drafts, and for events of the previous release, which were published on creation.
    Column("published_at", DateTime(timezone=True)),
    Column("cancelled_at", DateTime(timezone=True)),
    Column("cancellation_reason", Text),
    Column("visibility", Text, nullable=False, server_default="public"),
    Column("attendees_visible_to", Text, nullable=False, server_default="everyone"),
    Column("registration_opens_at", DateTime(timezone=True)),
    Column("registration_closes_at", DateTime(timezone=True)),
    Column("timezone", Text, nullable=False, server_default="UTC"),
    Column("waitlist_enabled", Boolean, nullable=False, server_default=true()),
    # The number of rows in `waitlist_entries`, even after the waitlist has ended.
    Column("waitlist_count", Integer, nullable=False, server_default="0"),
    Column("last_waitlist_number", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("start_time < end_time", "schedule"),
    CheckConstraint(
        "type IN ('meetup', 'conference', 'workshop', 'webinar', 'social', 'other')", "type"
    ),
    CheckConstraint("capacity BETWEEN 1 AND 1000000", "capacity"),
    CheckConstraint("attendees_count BETWEEN 0 AND capacity", "attendees_count"),
    CheckConstraint("waitlist_count >= 0", "waitlist_count"),
    CheckConstraint("state IN ('draft', 'published', 'cancelled')", "state"),
    CheckConstraint(
        "(state = 'cancelled') = (cancelled_at IS NOT NULL)"
        " AND (state = 'cancelled') = (cancellation_reason IS NOT NULL)",
        "cancellation",
    ),
    CheckConstraint("visibility IN ('public', 'unlisted')", "visibility"),
    CheckConstraint(
        "attendees_visible_to IN ('everyone', 'attendees', 'organiser')", "attendees_visible_to"
    ),
    Index("events_start_time_idx", "start_time", "id"),
    Index("events_end_time_idx", "end_time"),
    Index("events_creator_id_idx", "creator_id", "start_time", "id"),
    Index("events_type_idx", "type", "start_time", "id"),
    Index("events_created_at_idx", "created_at", "id"),
    Index(
        "events_cancelled_idx",
        "start_time",
        "id",
        postgresql_where=text("state = 'cancelled'"),
    ),
    # For counts, which subtract the events that are hidden from the viewer.
    Index(
        "events_hidden_idx",
        "start_time",
        "id",
        postgresql_include=["creator_id"],
        postgresql_where=text("state = 'draft' OR visibility = 'unlisted'"),
    ),
    # Room on each page for the new version of a row, so that taking a seat writes no index
    # (PostgreSQL manual, heap-only tuples).
    postgresql_with={"fillfactor": "90"},
)
Index("events_title_idx", func.lower(events.c.title), events.c.id)
# For searches of release 0.3.0, which may run alongside. The next release drops it.
SYMBOLS = (
    "!-/:-@[-`{-~"
    r"\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u2010-\u206f\u20a0-\u20cf\u2116\u2122\u2190-\u24b5\u24ea-\u2bff"
    r"\u3001-\u3003\u3008-\u3020\u30fb"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff"
)
TSVECTOR_OF_0_3 = text(
    "(to_tsvector('simple'::regconfig,"
    f" regexp_replace(title || ' ' || description, '[{SYMBOLS}]', ' ', 'g'))"
    " || array_to_tsvector(string_to_array("
    f"regexp_replace(title || ' ' || description, '[^{SYMBOLS}]+', '', 'g'), NULL)))".replace(
        ":", r"\:"
    )
)
Index(
    "events_search_idx",
    TSVECTOR_OF_0_3,
    _table=events,
    postgresql_using="gin",
    postgresql_with={"fastupdate": "off"},
)
Index(
    "events_period_idx",
    func.tstzrange(events.c.start_time, events.c.end_time),
    postgresql_using="gist",
)

# The previous release knows neither states nor waitlists. It must not give a seat at an event that
# is not published, or to somebody who then remains on the waitlist. It responds to this error with
# 503, without retrying. The next release drops the trigger.
CHECK_NEW_SEAT = """
    CREATE OR REPLACE FUNCTION check_new_seat() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state <> 'published' THEN
            RAISE EXCEPTION 'The event is not published.' USING ERRCODE = '55000';
        END IF;
        IF NEW.waitlist_count = OLD.waitlist_count AND EXISTS (
            SELECT FROM waitlist_entries JOIN attendances USING (event_id, user_id)
            WHERE event_id = NEW.id
        ) THEN
            RAISE EXCEPTION 'An attendee is on the waitlist.' USING ERRCODE = '55000';
        END IF;
        RETURN NEW;
    END
    $$;
    CREATE OR REPLACE TRIGGER check_new_seat BEFORE UPDATE OF attendees_count ON events
    FOR EACH ROW WHEN (
        NEW.attendees_count > OLD.attendees_count
        AND (NEW.state <> 'published' OR NEW.waitlist_count > 0)
    )
    EXECUTE FUNCTION check_new_seat()
"""

# A separate table, so that taking a seat does not rewrite the terms.
event_terms = Table(
    "event_terms",
    metadata,
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("terms", TSVECTOR, nullable=False),
    Column("version", Integer, nullable=False),  # of the function that computed the terms
    Index(
        "event_terms_terms_idx",
        "terms",
        postgresql_using="gin",
        # With fastupdate, every search would also read the list of pending entries.
        postgresql_with={"fastupdate": "off"},
    ),
)
# The previous release does not write terms, so delete those of a changed text.
REMOVE_OUTDATED_TERMS = """
    CREATE OR REPLACE FUNCTION remove_outdated_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM event_terms WHERE event_id = NEW.id;
        RETURN NULL;
    END
    $$;
    CREATE TRIGGER events_outdated_terms AFTER UPDATE OF title, description ON events
    FOR EACH ROW WHEN (OLD.title <> NEW.title OR OLD.description <> NEW.description)
    EXECUTE FUNCTION remove_outdated_terms()
"""
event.listen(
    metadata,
    "after_create",
    DDL(REMOVE_OUTDATED_TERMS),  # type: ignore[no-untyped-call]
)

attendances = Table(
    "attendances",
    metadata,
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Index("attendances_registration_idx", "event_id", "registered_at", "user_id"),
    Index("attendances_user_id_idx", "user_id", "event_id"),
)

# Entries of ended waitlists remain until they are purged.
waitlist_entries = Table(
    "waitlist_entries",
    metadata,
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("joined_at", DateTime(timezone=True), nullable=False),
    Index("waitlist_entries_event_id_number_key", "event_id", "number", unique=True),
    Index("waitlist_entries_user_id_idx", "user_id", "event_id"),
)

# PL/pgSQL plans their queries once per connection; as subqueries of a list they would be planned
# each time.
# NULL unless the user has an entry.
WAITLIST_POSITION = """
    CREATE OR REPLACE FUNCTION waitlist_position(event_id uuid, user_id uuid) RETURNS bigint
    LANGUAGE plpgsql STABLE AS $$
    BEGIN
        RETURN (
            SELECT nullif(count(*), 0)
            FROM waitlist_entries AS own
            JOIN waitlist_entries AS counted ON counted.event_id = own.event_id
            WHERE own.event_id = $1 AND own.user_id = $2 AND counted.number <= own.number
        );
    END
    $$
"""
# Without events whose waitlist has ended.
EVENTS_WAITED_FOR = """
    CREATE OR REPLACE FUNCTION events_waited_for(user_id uuid, instant timestamptz) RETURNS uuid[]
    LANGUAGE plpgsql STABLE AS $$
    BEGIN
        RETURN ARRAY(
            SELECT events.id
            FROM waitlist_entries JOIN events ON events.id = waitlist_entries.event_id
            WHERE waitlist_entries.user_id = $1
                AND events.state = 'published'
                AND events.start_time > $2
        );
    END
    $$
"""

REQUIRE_LIVE_SESSION = """
    CREATE OR REPLACE FUNCTION require_live_session(
        session_id uuid, user_id uuid, authenticated_at timestamptz
    ) RETURNS void LANGUAGE plpgsql STABLE AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT FROM sessions
            WHERE sessions.id = $1
                AND sessions.user_id = $2
                AND sessions.revoked_at IS NULL
                AND sessions.expires_at > $3
        ) THEN
            RAISE EXCEPTION 'The session has ended.' USING ERRCODE = 'TO001';
        END IF;
    END
    $$
"""
# For the previous release, which does not set the column.
KEEP_PREVIOUS_REFRESH_TOKEN = """
    CREATE OR REPLACE FUNCTION keep_previous_refresh_token() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.previous_refresh_token_hash := OLD.refresh_token_hash;
        RETURN NEW;
    END
    $$;
    CREATE OR REPLACE TRIGGER keep_previous_refresh_token BEFORE UPDATE ON sessions FOR EACH ROW
    WHEN (NEW.refresh_token_hash IS DISTINCT FROM OLD.refresh_token_hash)
    EXECUTE FUNCTION keep_previous_refresh_token()
"""
for statement in (
    REQUIRE_LIVE_SESSION,
    KEEP_PREVIOUS_REFRESH_TOKEN,
    CHECK_NEW_SEAT,
    WAITLIST_POSITION,
    EVENTS_WAITED_FOR,
):
    event.listen(metadata, "after_create", DDL(statement))  # type: ignore[no-untyped-call]

# Messages that are not completely dispatched. No foreign keys: they outlive events and accounts.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),  # UUIDv7: in order of time
    Column("owner_id", Uuid),
    Column("body", Text, nullable=False),  # JSON, as it is signed and sent
    Column("last_user_id", Uuid),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("types", ARRAY(Text)),
    Column("description", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("previous_secret", LargeBinary),
    Column("previous_secret_until", DateTime(timezone=True)),
    Column("disabled_reason", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("enabled_at", DateTime(timezone=True), nullable=False),
    Index("webhooks_user_id_idx", "user_id"),
)

# No foreign key to `webhooks`: deleting a webhook with many deliveries must be fast.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("webhook_id", Uuid, nullable=False),
    Column("message_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("queued_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    # While an attempt is made, the end of its lease.
    Column("next_attempt_at", DateTime(timezone=True)),
    Column("lease_id", Uuid),
    # Of the last attempt.
    Column("last_attempt_at", DateTime(timezone=True)),
    Column("status", Integer),
    Column("duration_ms", Integer),
    Column("error", Text),
    Column("response", Text),
    CheckConstraint("state IN ('pending', 'succeeded', 'failed')", "state"),
    CheckConstraint("(state = 'pending') = (next_attempt_at IS NOT NULL)", "next_attempt_at"),
    Index("webhook_deliveries_message_id_key", "webhook_id", "message_id", unique=True),
    Index("webhook_deliveries_created_at_idx", "webhook_id", "created_at", "id"),
    # By webhook, so that a long queue of one delays no search for others.
    Index(
        "webhook_deliveries_pending_idx",
        "webhook_id",
        "next_attempt_at",
        postgresql_where=text("state = 'pending'"),
    ),
)
Index(
    "webhook_deliveries_finished_idx",
    func.coalesce(webhook_deliveries.c.last_attempt_at, webhook_deliveries.c.created_at),
    postgresql_where=text("state <> 'pending'"),
)

mails = Table(
    "mails",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("message_id", Uuid, nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("address", Text),
    Column("data", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # While it is sent, the end of the lease.
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_id", Uuid),
    Index("mails_message_id_user_id_kind_key", "message_id", "user_id", "kind", unique=True),
    Index("mails_user_id_idx", "user_id"),
    Index("mails_next_attempt_at_idx", "next_attempt_at", "id"),
    Index(
        "mails_addressed_idx",
        "next_attempt_at",
        "id",
        postgresql_where=text("address IS NOT NULL"),
    ),
)

mail_tokens = Table(
    "mail_tokens",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("mail_tokens_user_id_idx", "user_id"),
    Index("mail_tokens_expires_at_idx", "expires_at"),
)

# Events whose attendees were reminded of this start time.
reminders = Table(
    "reminders",
    metadata,
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("start_time", DateTime(timezone=True), primary_key=True),
    Index("reminders_start_time_idx", "start_time"),
)

calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("calendar_feeds_secret_hash_key", "secret_hash", unique=True),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text(collation="C"), primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", JSONB, nullable=False),  # the response; renaming would stop running instances
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("idempotency_keys_created_at_idx", "created_at"),
)
