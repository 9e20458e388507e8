"""Reads a database schema from PostgreSQL's catalogs, for comparison."""

from sqlalchemy import text

SCHEMA = text("""
    SELECT 'column', c.table_name, c.column_name, c.data_type, c.is_nullable, c.column_default
    FROM information_schema.columns c WHERE c.table_schema = 'public'
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', tablename, indexname, indexdef, '', ''
    FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'invalid index', indrelid::regclass::text, indexrelid::regclass::text, '', '', ''
    FROM pg_index WHERE NOT indisvalid
    UNION ALL
    SELECT 'options', relname, array_to_string(reloptions, ','), '', '', ''
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND reloptions IS NOT NULL
    UNION ALL
    SELECT 'type', typname, typtype::text, '', '', ''
    FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('d', 'e')
    UNION ALL
    SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', ''
    FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function', proname, '', '', '', ''
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid), '', '', ''
    FROM pg_trigger WHERE NOT tgisinternal
""")


def schema_of(engine):
    with engine.connect() as connection:
        rows = {tuple(row) for row in connection.execute(SCHEMA)}
    return {row for row in rows if row[1] != "alembic_version"}
