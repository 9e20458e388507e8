import pytest

from application.caller import Caller
from application.errors import Contended, Unavailable
from domain.accounts.errors import AccountDeleted, UsernameTaken
from domain.events.errors import EventNotFound
from tests.builders import a_session, a_user, an_event


def test_committed_changes_are_stored(storage):
    user = a_user()
    with storage.new_work() as work:
        work.users.add(user)
        work.commit()

    with storage.new_work() as work:
        assert work.users.get(user.id) == user


def test_uncommitted_changes_are_rolled_back(storage, ada):
    user, event, session = a_user("grace"), an_event(creator_id=ada.id), a_session(user_id=ada.id)
    with storage.new_work() as work:
        work.users.add(user)
        work.events.add(event)
        work.sessions.add(session)

    with storage.new_work() as work:
        assert work.users.find_for_update(user.id) is None
        assert work.sessions.find_for_update(session.id, session.user_id) is None
        with pytest.raises(EventNotFound):
            work.events.get_for_update(event.id, attendee=ada.id)


def test_an_exception_rolls_back(storage, ada):
    user = a_user("grace")
    with pytest.raises(ZeroDivisionError), storage.new_work() as work:
        work.users.add(user)
        raise ZeroDivisionError

    with pytest.raises(AccountDeleted):
        storage.accounts.get_profile(Caller(user.id))


def test_changes_after_the_commit_are_rolled_back(storage):
    first, second = a_user("ada"), a_user("grace")
    with storage.new_work() as work:
        work.users.add(first)
        work.commit()
        work.users.add(second)

    assert storage.accounts.get_profile(Caller(first.id))
    with pytest.raises(AccountDeleted):
        storage.accounts.get_profile(Caller(second.id))


def test_others_do_not_see_uncommitted_changes(storage):
    user = a_user()
    with storage.new_work() as work:
        work.users.add(user)

        with pytest.raises(AccountDeleted):
            storage.accounts.get_profile(Caller(user.id))


def test_the_store_is_usable_after_an_error(storage, ada):
    with pytest.raises(UsernameTaken), storage.new_work() as work:
        work.users.add(a_user("ADA"))

    with storage.new_work() as work:
        assert work.users.get(ada.id) == ada


def test_an_action_is_retried_only_after_contention(storage):
    calls = []

    def act():
        calls.append(1)
        if len(calls) < 3:
            raise Contended
        raise Unavailable

    with pytest.raises(Unavailable):
        storage.new_work.retrying(act)

    assert len(calls) == 3


def test_retries_are_limited(storage):
    def act():
        raise Contended

    with pytest.raises(Contended):
        storage.new_work.retrying(act)


def test_the_result_of_the_action_is_returned(storage):
    assert storage.new_work.retrying(lambda: 7) == 7
