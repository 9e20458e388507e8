"""What is in a database, whoever put it there."""

from sqlalchemy import Engine, text

from adapters.postgres.errors import translated_errors

# Not those of extensions, which some providers have in each database. Indexes are no part of an
# extension, but of its tables.
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
    """Whether there is no table, view or the like. Raises Unavailable."""
    with translated_errors(), engine.connect() as connection:
        relations: int = connection.execute(RELATIONS).scalar_one()
    return relations == 0


def server_release(engine: Engine) -> int:
    """The number before the point. Raises Unavailable."""
    with translated_errors(), engine.connect() as connection:
        version = connection.execute(text("SHOW server_version_num")).scalar_one()
    return int(version) // 10_000


def analyze(engine: Engine) -> None:
    """Let the planner know what is there: of new rows it knows nothing. Raises Unavailable."""
    with translated_errors(), engine.begin() as connection:
        connection.execute(text("ANALYZE"))
