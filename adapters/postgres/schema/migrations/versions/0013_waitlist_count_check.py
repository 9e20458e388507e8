"""Validate the check of waitlist_count, while the service is running."""

from adapters.postgres.schema.online_ddl import validate

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    validate("events_waitlist_count_check", "events")


def downgrade() -> None:
    """The check remains."""
