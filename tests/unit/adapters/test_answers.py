"""What is written is what marshmallow would dump, for every shape of answer."""

import json
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest

from adapters.http.accounts.schemas import (
    ProfileSchema,
    SessionPageSchema,
    TokenPairSchema,
    VerifiedTokenSchema,
)
from adapters.http.answers import json_writer
from adapters.http.events.schemas import AttendeePageSchema, EventPageSchema, EventSchema
from adapters.http.pagination import PageBody
from application.accounts.token_pair import TokenPair
from application.ports.account_queries import Profile
from application.ports.event_queries import AttendeeView, EventView
from application.ports.tokens import TokenClaims, TokenType
from domain.events.description import Description, Title
from tests.builders import HOUR, NOON, an_event

ID = UUID("01997a60-5a80-7000-8000-000000000002")
EVENT = EventView.of(
    an_event(
        title=Title("Tee für zwei ☕ \u2028"),
        description=Description('"quoted"\n\\'),
        start_time=NOON.replace(microsecond=1),
    ),
    None,
    NOON,
)
SESSION = SimpleNamespace(
    id=ID, created_at=NOON, last_used_at=NOON + HOUR, user_agent=None, ip="::1", current=True
)
ANSWERS = [
    (EventSchema, EVENT),
    (EventPageSchema, PageBody(2, "http://x/?a=1", None, [EVENT, EVENT], "abc")),
    (EventPageSchema, PageBody(None, None, None, [])),
    (AttendeePageSchema, PageBody(1, None, None, [AttendeeView(ID, None, NOON)])),
    (SessionPageSchema, PageBody(1, None, None, [SESSION])),
    (ProfileSchema, Profile(ID, "ada", None, NOON)),
    (TokenPairSchema, TokenPair("a", "b", timedelta(hours=1), timedelta(seconds=0.5))),
    (VerifiedTokenSchema, TokenClaims(TokenType.ACCESS, ID, ID, ID, NOON, NOON + HOUR)),
]


@pytest.mark.parametrize(("schema", "result"), ANSWERS, ids=lambda value: type(value).__name__)
def test_an_answer_is_written_as_its_schema_declares(schema, result):
    written = json.loads(json_writer(schema())(result))

    assert written == schema().dump(result)
    assert list(written) == list(schema().dump_fields)
