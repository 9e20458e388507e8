"""Inspect any database, whatever its schema."""

from sqlalchemy import Engine, text

from adapters.postgres.errors import translated_errors

# Without those of extensions, which some providers install in every database. Indexes are excluded
# because they depend on a table, not on an extension.
RELATIONS = text("""
    SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind NOT IN ('i', 'I')
      AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'
      AND NOT EXISTS (
        SELECT FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
      )
""")


def is_empty(engine: Engine) -> bool:
    """Whether there are no tables, views, sequences and so on. Raises Unavailable."""
    with translated_errors(), engine.connect() as connection:
        relations: int = connection.execute(RELATIONS).scalar_one()
    return relations == 0


def server_major_version(engine: Engine) -> int:
    """Raises Unavailable."""
    with translated_errors(), engine.connect() as connection:
        version = connection.execute(text("SHOW server_version_num")).scalar_one()
    return int(version) // 10_000


def analyze(engine: Engine) -> None:
    """Update the planner's statistics, which a restore does not. Raises Unavailable."""
    with translated_errors(), engine.begin() as connection:
        connection.execute(text("ANALYZE"))
