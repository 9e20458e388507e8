"""A function that checks a session in the same message as the work of a request."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("""
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
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION IF EXISTS require_live_session(uuid, uuid, timestamptz)")
