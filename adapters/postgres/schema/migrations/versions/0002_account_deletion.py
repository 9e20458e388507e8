"""Address, user agent and maximum age of sessions; deletion of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("ends_at", sa.DateTime(timezone=True)))
    op.add_column("sessions", sa.Column("ip", sa.Text))
    op.add_column("sessions", sa.Column("user_agent", sa.Text))
    op.execute("UPDATE sessions SET ends_at = created_at + interval '30 days'")
    op.alter_column("sessions", "ends_at", nullable=False)
    op.alter_column("users", "username", nullable=True)
    op.alter_column("users", "password_hash", nullable=True)
    op.create_check_constraint(
        op.f("users_account_check"), "users", "(username IS NULL) = (password_hash IS NULL)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("users_account_check"), "users")
    # An empty hash matches no password.
    op.execute(
        "UPDATE users SET username = 'deleted-' || id, password_hash = '' WHERE username IS NULL"
    )
    op.alter_column("users", "password_hash", nullable=False)
    op.alter_column("users", "username", nullable=False)
    op.drop_column("sessions", "user_agent")
    op.drop_column("sessions", "ip")
    op.drop_column("sessions", "ends_at")
