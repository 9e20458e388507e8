"""The hash of the refresh token before the newest one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("previous_refresh_token_hash", sa.LargeBinary))
    # The previous release, which runs alongside during an upgrade, does not set the column.
    op.execute("""
        CREATE FUNCTION keep_previous_refresh_token() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.previous_refresh_token_hash := OLD.refresh_token_hash;
            RETURN NEW;
        END
        $$
    """)
    op.execute("""
        CREATE TRIGGER keep_previous_refresh_token BEFORE UPDATE ON sessions FOR EACH ROW
        WHEN (NEW.refresh_token_hash IS DISTINCT FROM OLD.refresh_token_hash)
        EXECUTE FUNCTION keep_previous_refresh_token()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_previous_refresh_token ON sessions")
    op.execute("DROP FUNCTION keep_previous_refresh_token()")
    op.drop_column("sessions", "previous_refresh_token_hash")
