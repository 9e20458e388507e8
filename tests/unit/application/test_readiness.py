import pytest

from application.errors import NotReady
from application.operations.check_readiness import NO_DATABASE, NO_MIGRATIONS, CheckReadiness
from tests.fakes.memory_schema import MemorySchema
from tests.fakes.memory_sessions import MemorySessions


def test_a_store_that_is_there_and_up_to_date_is_enough():
    CheckReadiness(MemorySchema(), MemorySessions())()


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
        CheckReadiness(schema, MemorySessions(is_away=schema.is_away))()

    assert refusal.value.detail == lacking


@pytest.mark.parametrize("schema", [MemorySchema(), MemorySchema(is_away=True)])
def test_bounds_that_lack_are_named_even_where_nothing_else_can_be_asked(schema):
    sessions = MemorySessions(unset=("lock_timeout is 0, not 1000", "jit is on, not off"))

    with pytest.raises(NotReady) as refusal:
        CheckReadiness(schema, sessions)()

    assert refusal.value.detail == (
        "Sessions of the database are without bounds: "
        "lock_timeout is 0, not 1000; jit is on, not off."
    )
