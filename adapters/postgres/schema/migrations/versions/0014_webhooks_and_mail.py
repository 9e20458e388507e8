"""Outbox, webhooks and mails."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

INSTANT = sa.DateTime(timezone=True)
SWITCHES = ("notify_promotion", "notify_event_changes", "notify_reminder")
TABLES = ("outbox", "webhooks", "webhook_deliveries", "mails", "mail_tokens", "reminders")


def upgrade() -> None:
    # The next migration builds an index of this column, without blocking writes.
    op.add_column("users", sa.Column("verified_email", sa.Text))
    for name in SWITCHES:
        # Constant defaults, which rewrite no row: the previous release does not set these columns.
        op.add_column("users", sa.Column(name, sa.Boolean, nullable=False, server_default="true"))
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("last_user_id", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="outbox_pkey"),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("types", sa.ARRAY(sa.Text)),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("previous_secret", sa.LargeBinary),
        sa.Column("previous_secret_until", INSTANT),
        sa.Column("disabled_reason", sa.Text),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("enabled_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="webhooks_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="webhooks_user_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("webhooks_user_id_idx", "webhooks", ["user_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("webhook_id", sa.Uuid, nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("next_attempt_at", INSTANT),
        sa.Column("lease_id", sa.Uuid),
        sa.Column("last_attempt_at", INSTANT),
        sa.Column("status", sa.Integer),
        sa.Column("duration_ms", sa.Integer),
        sa.Column("error", sa.Text),
        sa.Column("response", sa.Text),
        sa.PrimaryKeyConstraint("id", name="webhook_deliveries_pkey"),
        sa.CheckConstraint(
            "state IN ('pending', 'succeeded', 'failed')",
            name=op.f("webhook_deliveries_state_check"),
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (next_attempt_at IS NOT NULL)",
            name=op.f("webhook_deliveries_next_attempt_at_check"),
        ),
    )
    op.create_index(
        "webhook_deliveries_message_id_key",
        "webhook_deliveries",
        ["webhook_id", "message_id"],
        unique=True,
    )
    op.create_index(
        "webhook_deliveries_created_at_idx",
        "webhook_deliveries",
        ["webhook_id", "created_at", "id"],
    )
    op.create_index(
        "webhook_deliveries_pending_idx",
        "webhook_deliveries",
        ["webhook_id", "next_attempt_at"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "webhook_deliveries_finished_idx",
        "webhook_deliveries",
        [sa.text("coalesce(last_attempt_at, created_at)")],
        postgresql_where=sa.text("state <> 'pending'"),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease_id", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="mails_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="mails_user_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index(
        "mails_message_id_user_id_kind_key",
        "mails",
        ["message_id", "user_id", "kind"],
        unique=True,
    )
    op.create_index("mails_user_id_idx", "mails", ["user_id"])
    op.create_index("mails_next_attempt_at_idx", "mails", ["next_attempt_at", "id"])
    op.create_index(
        "mails_addressed_idx",
        "mails",
        ["next_attempt_at", "id"],
        postgresql_where=sa.text("address IS NOT NULL"),
    )
    op.create_table(
        "mail_tokens",
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="mail_tokens_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="mail_tokens_user_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("mail_tokens_user_id_idx", "mail_tokens", ["user_id"])
    op.create_index("mail_tokens_expires_at_idx", "mail_tokens", ["expires_at"])
    op.create_table(
        "reminders",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("start_time", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "start_time", name="reminders_pkey"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="reminders_event_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("reminders_start_time_idx", "reminders", ["start_time"])


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    for name in (*reversed(SWITCHES), "verified_email"):
        op.drop_column("users", name)
