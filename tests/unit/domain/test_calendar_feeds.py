from hashlib import sha256
from uuid import uuid4

import pytest

from domain.calendars.errors import CalendarNotFound
from domain.calendars.feed import CalendarFeed, FeedSecret
from tests.builders import NOON

TEXT = "aZ0-_" * 8 + "abc"


def test_a_feed_stores_only_a_hash_and_does_not_show_it():
    feed = CalendarFeed.open(uuid4(), FeedSecret(TEXT), NOON)

    assert feed.secret_hash == sha256(TEXT.encode()).digest()
    assert repr(feed.secret_hash) not in repr(feed)


def test_a_secret_is_in_no_representation():
    assert TEXT not in repr(FeedSecret(TEXT)) + str(FeedSecret(TEXT))


@pytest.mark.parametrize(
    "text",
    ["", TEXT[1:], TEXT + "a", TEXT[1:] + "=", TEXT[1:] + "\n", TEXT + "\n", TEXT[1:] + "\0"]
    + [TEXT[1:] + each for each in "/+ .é٠\ud800"],
    ids=ascii,
)
def test_a_malformed_secret_is_rejected(text):
    with pytest.raises(CalendarNotFound) as exc_info:
        FeedSecret(text)

    assert str(exc_info.value) == str(CalendarNotFound())
