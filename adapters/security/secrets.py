from secrets import token_urlsafe

from domain.calendars.feed import SECRET_BYTES, FeedSecret


def new_feed_secret() -> FeedSecret:
    return FeedSecret(token_urlsafe(SECRET_BYTES))
