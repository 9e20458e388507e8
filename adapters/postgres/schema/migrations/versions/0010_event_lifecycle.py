"""State, visibility, registration window and time zone of events."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

CHECKS = {
    "events_state_check": "state IN ('draft', 'published', 'cancelled')",
    "events_cancellation_check": (
        "(state = 'cancelled') = (cancelled_at IS NOT NULL)"
        " AND (state = 'cancelled') = (cancellation_reason IS NOT NULL)"
    ),
    "events_visibility_check": "visibility IN ('public', 'unlisted')",
    "events_attendees_visible_to_check": (
        "attendees_visible_to IN ('everyone', 'attendees', 'organiser')"
    ),
}
COLUMNS = (
    ("state", sa.Text, "published"),
    ("published_at", sa.DateTime(timezone=True), None),
    ("cancelled_at", sa.DateTime(timezone=True), None),
    ("cancellation_reason", sa.Text, None),
    ("visibility", sa.Text, "public"),
    ("attendees_visible_to", sa.Text, "everyone"),
    ("registration_opens_at", sa.DateTime(timezone=True), None),
    ("registration_closes_at", sa.DateTime(timezone=True), None),
    ("timezone", sa.Text, "UTC"),
)


def upgrade() -> None:
    # Constant defaults, which rewrite no row: the previous release sets none of these columns.
    for name, kind, default in COLUMNS:
        column = sa.Column(name, kind, nullable=default is None, server_default=default)
        op.add_column("events", column)
    # NOT VALID: the next migration validates them without blocking reads and writes.
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(name), "events", condition, postgresql_not_valid=True)
    # The previous release does not know the state, but must not grant seats in drafts and cancelled
    # events. It responds to this error with 503, without retrying.
    op.execute("""
        CREATE FUNCTION require_published() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'The event is not published.' USING ERRCODE = '55000';
        END
        $$
    """)
    op.execute("""
        CREATE TRIGGER require_published BEFORE UPDATE OF attendees_count ON events FOR EACH ROW
        WHEN (NEW.attendees_count > OLD.attendees_count AND NEW.state <> 'published')
        EXECUTE FUNCTION require_published()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER require_published ON events")
    op.execute("DROP FUNCTION require_published()")
    for name, _, _ in reversed(COLUMNS):
        op.drop_column("events", name)
