"""The distribute command without a Citus cluster; tests/citus has the others."""


def test_a_database_without_citus_is_rejected_in_one_line(error_of, db):
    assert error_of("distribute", **db.settings) == (
        "DATABASE_URL: the extension citus is missing: run CREATE EXTENSION citus on all nodes."
    )


def test_a_pooler_is_rejected(error_of, db):
    error = error_of("distribute", DATABASE_POOLER="transaction", **db.settings)

    assert error.startswith("DATABASE_POOLER: this command needs a direct connection: ")
