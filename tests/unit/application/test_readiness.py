import pytest

from application.errors import NotReady
from application.operations.check_readiness import NO_DATABASE, NO_MIGRATIONS, CheckReadiness
from tests.fakes.memory_schema import MemorySchema


def test_a_store_that_is_there_and_up_to_date_is_enough():
    CheckReadiness(MemorySchema())()


@pytest.mark.parametrize(
    ("schema", "lacking"),
    [
        (MemorySchema(is_away=True), NO_DATABASE),
        (MemorySchema(is_behind=True), NO_MIGRATIONS),
        (MemorySchema(is_away=True, is_behind=True), NO_DATABASE),
    ],
)
def test_what_lacks_is_named(schema, lacking):
    with pytest.raises(NotReady) as refusal:
        CheckReadiness(schema)()

    assert refusal.value.detail == lacking
