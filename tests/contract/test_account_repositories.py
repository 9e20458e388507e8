from uuid import uuid4

import pytest

from application.ports.account_queries import Profile
from domain.accounts.errors import UsernameTaken
from tests.builders import DAY, HOUR, NOON, a_session, a_user


@pytest.mark.parametrize("email", ["ada@example.org", None])
def test_every_field_of_a_user_survives(storage, email):
    user = a_user(email=email, created_at=NOON.replace(microsecond=123_456))
    storage.keep(user)

    with storage.new_work() as work:
        assert work.users.find(user.id) == user


def test_nobody_is_found_under_an_unknown_id_or_name(storage):
    with storage.new_work() as work:
        assert work.users.find(uuid4()) is None
        assert work.users.find_by_username("ada") is None


@pytest.mark.parametrize("name", ["ada", "ADA", "Ada"])
def test_names_are_found_without_regard_to_case(storage, name):
    user = a_user("Ada")
    storage.keep(user)

    with storage.new_work() as work:
        assert work.users.find_by_username(name) == user


@pytest.mark.parametrize("name", ["ada", "ADA"])
def test_a_name_is_taken_without_regard_to_case(storage, ada, name):
    with storage.new_work() as work, pytest.raises(UsernameTaken) as refusal:
        work.users.add(a_user(name))

    assert refusal.value.username == name


def test_letters_that_only_fold_to_a_name_do_not_find_it(storage):
    storage.keep(a_user("kate"))

    with storage.new_work() as work:
        assert work.users.find_by_username("\u212aate") is None  # the Kelvin sign


def test_signs_in_a_name_are_no_wildcards(storage):
    storage.keep(a_user("a_b"))

    with storage.new_work() as work:
        assert work.users.find_by_username("axb") is None
        assert work.users.find_by_username("a_b") is not None


def test_a_profile_shows_the_user(storage, ada):
    assert storage.accounts.find_profile(ada.id) == Profile(
        ada.id, ada.username, ada.email, ada.created_at
    )
    assert storage.accounts.find_profile(uuid4()) is None


@pytest.mark.parametrize("revoked_at", [None, NOON + HOUR])
def test_every_field_of_a_session_survives(storage, ada, revoked_at):
    session = a_session(user_id=ada.id, last_used_at=NOON + HOUR, revoked_at=revoked_at)
    storage.keep(session)

    with storage.new_work() as work:
        assert work.sessions.find_for_update(session.id) == session
        assert work.sessions.find(session.id) == session


def test_a_saved_session_is_changed(storage, ada):
    session = a_session("first", user_id=ada.id)
    storage.keep(session)
    with storage.new_work() as work:
        loaded = work.sessions.find_for_update(session.id)
        loaded.rotate(spent="first", successor="second", now=NOON + DAY / 2)
        work.sessions.save(loaded)
        work.commit()

    with storage.new_work() as work:
        assert work.sessions.find(session.id) == loaded
    assert loaded != session


def test_an_unknown_session_is_not_found(storage):
    with storage.new_work() as work:
        assert work.sessions.find(uuid4()) is None
        assert work.sessions.find_for_update(uuid4()) is None
