from adapters.postgres.citus.distribution import DISTRIBUTIONS
from adapters.postgres.citus.tables import usernames
from adapters.postgres.schema.tables import metadata


def test_each_table_is_distributed_once():
    names = [each.name for each in DISTRIBUTIONS]

    assert sorted(names) == sorted([*metadata.tables, usernames.name])


def test_a_table_is_distributed_after_the_one_it_is_colocated_with():
    seen = set()
    for each in DISTRIBUTIONS:
        assert each.colocated_with is None or each.colocated_with.name in seen
        seen.add(each.name)
