import pytest

from domain.accounts.credentials import (
    Password,
    PasswordRules,
    Username,
    fold_username,
    password_forms,
    passwords_like,
)
from domain.errors import Invalid


@pytest.mark.parametrize("text", ["a", "Ada.Lovelace+1@home_-9", "x" * 150])
def test_a_username_is_letters_digits_and_a_few_signs(text):
    assert Username(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "x" * 151, "ada lovelace", " ada", "ada\u2003", "ada\n", "ada!", "адa", "ada\0", "٣"],
)
def test_any_other_username_is_rejected(text):
    with pytest.raises(Invalid):
        Username(text)


def test_typed_usernames_are_equal_regardless_of_case_and_whitespace_around_them():
    assert fold_username("ADA") == fold_username("ada") != fold_username("adа")
    assert fold_username("\tada\u2003 \n") == fold_username("ada") != fold_username("a da")
    assert fold_username("\u212aate") != fold_username("kate")  # the Kelvin sign


@pytest.mark.parametrize("secret", ["x" * 8, "ü" * 128, "        "])
def test_a_password_has_8_to_128_characters_of_any_kind(secret):
    assert Password(secret).secret == secret


@pytest.mark.parametrize("secret", ["x" * 7, "x" * 129])
def test_a_shorter_or_longer_password_is_rejected(secret):
    with pytest.raises(Invalid):
        Password(secret)


COMPOSED, DECOMPOSED = "gr\u00fcne wiese 7", "gru\u0308ne wiese 7"


@pytest.mark.parametrize(
    ("typed", "secret"),
    [
        (DECOMPOSED, COMPOSED),
        ("\u212bngstr\u00f6m", "\u00c5ngstr\u00f6m"),  # the Angstrom sign
        ("tea\u00a0for\u3000two\u2003", "tea for two "),
        ("Case stays; so do \ufb01 and \uff21", "Case stays; so do \ufb01 and \uff21"),
    ],
)
def test_a_password_is_normalized(typed, secret):
    assert Password(typed).secret == secret
    assert Password(Password(typed).secret).secret == secret


def test_the_length_of_a_password_is_checked_after_normalization():
    assert Password("u\u0308" * 128).secret == "ü" * 128
    with pytest.raises(Invalid):
        Password("u\u0308" * 7)


@pytest.mark.parametrize("character", ["\0", "\t", "\n", "\x1b", "\x7f", "\x85"])
def test_a_password_cannot_contain_control_characters(character):
    with pytest.raises(Invalid):
        Password(f"correct horse{character}")


def test_the_raw_form_of_a_password_is_tried_only_if_it_differs():
    assert password_forms(DECOMPOSED) == (COMPOSED, DECOMPOSED)
    assert password_forms(COMPOSED) == (COMPOSED,)


def test_a_password_is_not_in_its_representation():
    assert "correct horse" not in repr(Password("correct horse"))


RULES = PasswordRules({"password123", "correct horse"})


@pytest.mark.parametrize(
    "secret",
    [
        "password123",
        "PassWord123",
        "Correct Horse",
        "ada.lovelace",
        "ADA.Lovelace",
        "ada.lovelace1843!",
        "  ada.lovelace  ",
        "Turnout2026",
        "**turnout**",
        "\uff30assword123",  # full-width
        "\uff54urnout2026",
        "grace@example.org",
        "Grace@Example.ORG1",
        "grace.h.1906",
    ],
)
def test_a_password_that_is_easy_to_guess_is_rejected(secret):
    with pytest.raises(Invalid) as exc_info:
        email = "grace.h@example.org" if "h.1906" in secret else "grace@example.org"
        RULES.check(Password(secret), "ada.lovelace", "new_password", email)

    assert exc_info.value.field == "new_password"


@pytest.mark.parametrize(
    "secret", ["ada.lovelace wrote it", "12345678", "........", "a big turnout", "ada-lovelace"]
)
def test_any_other_password_is_accepted(secret):
    RULES.check(Password(secret), "ada.lovelace", "password")


def test_a_username_of_digits_does_not_exclude_every_number():
    RULES.check(Password("87654321"), "1234", "password")
    with pytest.raises(Invalid):
        RULES.check(Password("12341234"), "12341234", "password")


@pytest.mark.parametrize(
    ("username", "passwords"),
    [
        ("ada", []),
        ("Grace.Hopper", ["Grace.Hopper", "grace.hopper", "Grace.hopper"]),
        ("gracehopper1906", ["gracehopper1906", "Gracehopper1906", "gracehopper", "Gracehopper"]),
    ],
)
def test_likely_passwords_based_on_a_username_are_listed(username, passwords):
    assert list(passwords_like(username)) == passwords
    for password in passwords:
        with pytest.raises(Invalid):
            RULES.check(Password(password), username, "password")
