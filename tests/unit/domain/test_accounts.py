from hashlib import sha256

import pytest

from domain.accounts.credentials import Password, Username, fold_case
from domain.accounts.errors import InvalidToken, RefreshTokenReused
from domain.errors import Invalid
from tests.builders import DAY, HOUR, NOON, a_session


@pytest.mark.parametrize("text", ["a", "Ada.Lovelace+1@home_-9", "x" * 150])
def test_a_username_is_letters_digits_and_a_few_signs(text):
    assert Username(text) == text


@pytest.mark.parametrize(
    "text", ["", "x" * 151, "ada lovelace", "ada\n", "ada!", "адa", "ada\0", "٣"]
)
def test_any_other_username_is_refused(text):
    with pytest.raises(Invalid):
        Username(text)


def test_folding_makes_names_equal_that_differ_in_case_alone():
    assert fold_case("ADA") == fold_case("ada") != fold_case("adа")
    assert fold_case("\u212aate") != fold_case("kate")  # the Kelvin sign


@pytest.mark.parametrize("secret", ["x" * 8, "ü" * 128, "        "])
def test_a_password_has_8_to_128_characters_of_any_kind(secret):
    assert Password(secret).secret == secret


@pytest.mark.parametrize("secret", ["x" * 7, "x" * 129])
def test_a_shorter_or_longer_password_is_refused(secret):
    with pytest.raises(Invalid):
        Password(secret)


def test_a_password_does_not_show():
    assert "correct horse" not in repr(Password("correct horse"))


def test_a_session_keeps_no_refresh_token():
    assert a_session("first").refresh_token_hash == sha256(b"first").digest()


def test_a_refresh_token_is_spent_for_its_successor():
    session = a_session("first")

    session.rotate(spent="first", successor="second", now=NOON + HOUR)

    assert session.is_newest("second")
    assert not session.is_newest("first")
    assert session.last_used_at == NOON + HOUR
    assert session.expires_at == NOON + HOUR + DAY


def test_reuse_of_a_spent_token_ends_the_session():
    session = a_session("first")
    session.rotate(spent="first", successor="second", now=NOON)

    with pytest.raises(RefreshTokenReused):
        session.rotate(spent="first", successor="third", now=NOON)

    assert not session.is_live(NOON)
    with pytest.raises(InvalidToken):
        session.rotate(spent="second", successor="third", now=NOON)


def test_a_session_lives_a_day_from_its_last_rotation():
    session = a_session(now=NOON)

    assert session.is_live(NOON + DAY - HOUR)
    assert not session.is_live(NOON + DAY)
    with pytest.raises(InvalidToken):
        session.rotate(spent="first", successor="second", now=NOON + DAY)
