from uuid import uuid4

import pytest

from application.caller import Caller
from application.idempotency import IdempotencyRecord, IdempotentRequest
from application.pages import PageRequest
from application.ports.account_queries import Profile, SessionView
from domain.accounts.credentials import Username
from domain.accounts.errors import AccountDeleted, InvalidMailToken, UsernameTaken
from domain.accounts.mail_token import MailToken, TokenPurpose
from domain.accounts.session import ClientInfo
from domain.accounts.user import ProfileChanges
from domain.calendars.errors import CalendarNotFound
from domain.calendars.feed import CalendarFeed, FeedSecret
from tests.builders import DAY, HOUR, NOON, a_queued_mail, a_session, a_user, a_webhook


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"email": None},
        {"verified_email": "ada@example.org"},
        {"verified_email": "old@example.org"},
        {"notify_promotion": False},
        {"notify_event_changes": False},
        {"notify_reminder": False},
    ],
    ids=str,
)
def test_every_field_of_a_user_is_read_back(storage, fields):
    user = a_user(created_at=NOON.replace(microsecond=123_456), **fields)
    storage.keep(user)
    assert storage.accounts.get_profile(Caller(user.id)) == Profile.of(user)

    with storage.new_work() as work:
        assert work.users.get(user.id) == user


def test_an_unknown_user_id_is_not_found(storage):
    with storage.new_work() as work:
        assert work.users.find_for_update(uuid4()) is None


@pytest.mark.parametrize("name", ["ada", "ADA"])
def test_a_name_is_taken_without_regard_to_case(storage, ada, name):
    with storage.new_work() as work, pytest.raises(UsernameTaken) as error:
        work.users.add(a_user(name))

    assert error.value.username == name


def test_a_profile_shows_the_user(storage, ada):
    assert storage.accounts.get_profile(Caller(ada.id)) == Profile.of(ada)
    with pytest.raises(AccountDeleted):
        storage.accounts.get_profile(Caller(uuid4()))


@pytest.mark.parametrize("revoked_at", [None, NOON + HOUR])
def test_every_field_of_a_session_is_read_back(storage, ada, revoked_at):
    session = a_session(
        user_id=ada.id,
        last_used_at=NOON + HOUR,
        revoked_at=revoked_at,
        previous_refresh_token_hash=b"previous",
    )
    storage.keep(session)

    with storage.new_work() as work:
        assert work.sessions.find_for_update(session.id, session.user_id) == session


def test_a_saved_session_is_changed(storage, ada):
    session = a_session("first", user_id=ada.id)
    storage.keep(session)
    with storage.new_work() as work:
        loaded = work.sessions.find_for_update(session.id, session.user_id)
        loaded.rotate("first", "second", NOON + DAY / 2, ClientInfo(None, None))
        work.sessions.save(loaded)
        work.commit()

    with storage.new_work() as work:
        assert work.sessions.find_for_update(session.id, session.user_id) == loaded
    assert loaded != session


def test_an_unknown_session_is_not_found(storage, ada):
    with storage.new_work() as work:
        assert work.sessions.find_for_update(uuid4(), ada.id) is None
        assert work.sessions.find_for_update(uuid4(), ada.id) is None


def test_a_session_of_somebody_else_is_not_found(storage, ada, grace):
    session = a_session(user_id=ada.id)
    storage.keep(session)

    assert storage.accounts.find_refresh_token_hash(session.id, grace.id, NOON) is None
    with storage.new_work() as work:
        assert work.sessions.find_for_update(session.id, grace.id) is None


def test_a_saved_user_is_changed(storage, ada):
    with storage.new_work() as work:
        loaded = work.users.find_for_update(ada.id)
        loaded.verify_email()
        loaded.edit(ProfileChanges(Username("Ada.L"), None, *[False] * 3))
        loaded.password_hash = "another hash"
        work.users.save(loaded)
        work.commit()

    with storage.new_work() as work:
        assert work.users.get(ada.id) == loaded
        assert work.users.find_for_update(uuid4()) is None


def test_a_user_cannot_be_renamed_to_a_taken_username(storage, ada, grace):
    with storage.new_work() as work, pytest.raises(UsernameTaken) as error:
        loaded = work.users.find_for_update(ada.id)
        loaded.edit(ProfileChanges(Username("GRACE")))
        work.users.save(loaded)

    assert error.value.username == "GRACE"


def test_removing_a_user_removes_only_their_sessions(storage, ada, grace):
    mine, hers = a_session(user_id=ada.id), a_session(user_id=grace.id)
    storage.keep(mine, hers)
    record = IdempotencyRecord(IdempotentRequest("key", b""), {}, NOON)
    feed = CalendarFeed.open(ada.id, FeedSecret("x" * 43), NOON)
    with storage.new_work() as work:
        for user in (ada, grace):
            work.idempotency.add(user.id, record)
        work.calendar_feeds.put(feed)
        work.commit()
    with storage.new_work() as work:
        work.users.remove(work.users.get_for_update(ada.id))
        work.commit()

    with storage.new_work() as work:
        assert work.users.find_for_update(ada.id) is None
        with pytest.raises(AccountDeleted):
            work.users.get(ada.id)
        with pytest.raises(AccountDeleted):
            work.users.get_for_update(ada.id)
        assert work.sessions.find_for_update(mine.id, mine.user_id) is None
        assert work.sessions.find_for_update(hers.id, hers.user_id) == hers
        assert work.idempotency.find_for_update(ada.id, "key") is None
        assert work.idempotency.find_for_update(grace.id, "key") == record
        work.users.add(a_user("ada"))
    with pytest.raises(CalendarNotFound):
        storage.calendars.entries(feed.secret_hash, 1, 1, NOON)
    with pytest.raises(AccountDeleted):
        storage.accounts.get_profile(Caller(ada.id))


def test_removing_a_user_removes_only_their_webhooks_mails_and_tokens(storage, ada, grace):
    people = [ada, grace]
    webhooks = [a_webhook(user_id=user.id) for user in people]
    mails = [a_queued_mail(user) for user in people]
    purpose = TokenPurpose.VERIFY_EMAIL
    tokens = [MailToken.issue(user.username, user.id, purpose, "", NOON) for user in people]
    storage.keep(*webhooks)
    with storage.new_work() as work:
        for mail, token in zip(mails, tokens, strict=True):
            work.mails.add(mail)
            work.mail_tokens.add(token)
        work.users.remove(work.users.get_for_update(ada.id))
        work.commit()

    with storage.new_work() as work:
        assert work.webhooks.find_for_update(webhooks[0].id) is None
        assert work.webhooks.find_for_update(webhooks[1].id)
        due = work.mails.claim_due(NOON, 10, uuid4(), NOON + HOUR)
        assert [claimed.mail.id for claimed in due] == [mails[1].id]
        with pytest.raises(InvalidMailToken):
            work.mail_tokens.get(tokens[0].hash, purpose, NOON)
        assert work.mail_tokens.get(tokens[1].hash, purpose, NOON) == tokens[1]


def sessions_of(user):
    """Two live sessions, one that is expired at NOON, and one that is revoked."""
    return [
        a_session(user_id=user.id, now=NOON - HOUR),
        a_session(user_id=user.id, now=NOON - 2 * HOUR),
        a_session(user_id=user.id, now=NOON - DAY),
        a_session(user_id=user.id, now=NOON - HOUR, revoked_at=NOON),
    ]


def test_live_sessions_are_those_that_the_domain_calls_live(storage, ada, grace):
    sessions = sessions_of(ada)
    storage.keep(*sessions, a_session(user_id=grace.id))
    live = [session for session in sessions if session.is_live(NOON)]

    page = storage.accounts.live_sessions(Caller(ada.id), PageRequest(limit=10, offset=0), NOON)
    assert page.count == 2
    assert [view.id for view in page.results] == [live[0].id, live[1].id]
    second = storage.accounts.live_sessions(Caller(ada.id), PageRequest(limit=1, offset=1), NOON)
    assert (second.count, list(second.results)) == (2, [page.results[1]])
    for session in sessions:
        found = storage.accounts.find_refresh_token_hash(session.id, ada.id, NOON)
        assert (found is not None) == session.is_live(NOON)


@pytest.mark.parametrize("is_one_kept", [True, False])
def test_live_sessions_are_revoked_together(storage, ada, grace, is_one_kept):
    sessions, hers = sessions_of(ada), a_session(user_id=grace.id, now=NOON - HOUR)
    storage.keep(*sessions, hers)
    live = [session for session in sessions if session.is_live(NOON)]
    kept = live.pop() if is_one_kept else None

    with storage.new_work() as work:
        revoked = work.sessions.revoke_live(ada.id, NOON, keep=kept and kept.id)
        work.commit()

    assert set(revoked) == {session.id for session in live}
    for session in live:
        session.revoke(NOON)
    with storage.new_work() as work:
        for session in [*sessions, hers]:
            assert work.sessions.find_for_update(session.id, session.user_id) == session


def test_a_session_is_shown_with_its_client(storage, ada):
    session = a_session(user_id=ada.id, last_used_at=NOON + HOUR)
    storage.keep(session)

    [view] = storage.accounts.live_sessions(
        Caller(ada.id), PageRequest(limit=10, offset=0), NOON
    ).results

    assert view == SessionView(session.id, NOON, NOON + HOUR, "curl/8.14.1", "192.0.2.7")


def test_only_ended_sessions_are_deleted(storage, ada, grace):
    sessions = sessions_of(ada)
    hers = a_session(user_id=grace.id, now=NOON - DAY)
    storage.keep(*sessions, hers)
    with storage.new_work() as work:
        work.sessions.remove_ended(ada.id, NOON)
        work.commit()

    with storage.new_work() as work:
        for session in [*sessions, hers]:
            is_kept = work.sessions.find_for_update(session.id, session.user_id) is not None
            assert is_kept == (session.is_live(NOON) or session is hers)


def test_a_deletion_is_unfinished_while_upcoming_events_or_seats_remain(storage, ada):
    creator, attendee, past, nobody = (a_user(name) for name in ("c", "a", "p", "n"))
    storage.keep(creator, attendee, past, nobody)
    storage.keep_event(creator)
    for user in (attendee, ada):
        storage.seat(storage.keep_event(ada), user)
    storage.seat(storage.keep_event(past, start_time=NOON), past, now=NOON - HOUR)
    with storage.new_work() as work:
        for user in (creator, attendee, past, nobody):
            work.users.remove(work.users.get_for_update(user.id))
        work.commit()

    unfinished = storage.accounts.unfinished_deletions(NOON)

    assert unfinished == sorted([creator.id, attendee.id])
    assert storage.accounts.unfinished_deletions(NOON + HOUR) == []
