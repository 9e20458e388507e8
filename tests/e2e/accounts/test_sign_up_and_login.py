import pytest

from tests.e2e.client import PASSWORD


def test_signing_up_returns_the_profile_without_the_password(visitor):
    response = visitor.sign_up("ada", email="ada@example.org")

    assert response.status_code == 201
    profile = response.json()
    assert list(profile) == [
        *("id", "username", "email", "email_verified"),
        *("notify_promotion", "notify_event_changes", "notify_reminder", "created_at"),
    ]
    assert (profile["username"], profile["email"]) == ("ada", "ada@example.org")
    assert profile["created_at"].endswith("Z")
    assert profile["id"][14] == "7"  # the version of a UUIDv7


def test_an_email_is_optional(visitor):
    assert visitor.sign_up("ada").json()["email"] is None
    assert visitor.sign_up("grace", email=None).json()["email"] is None


@pytest.mark.parametrize("name", ["ada", "ADA"])
def test_usernames_are_unique_regardless_of_case(visitor, name):
    visitor.sign_up("ada")

    response = visitor.sign_up(name)

    assert response.status_code == 409
    assert response.json()["code"] == "username_taken"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", ""),
        ("username", "ada lovelace"),
        ("username", "ada\n"),
        ("username", "x" * 151),
        ("username", 7),
        ("username", None),
        ("password", "seven77"),
        ("password", "x" * 129),
        ("email", "not an address"),
        ("email", "a@example.org\u2028"),
        ("email", f"{'x' * 250}@example.org"),
        ("shoe_size", 38),
    ],
)
def test_an_invalid_field_at_sign_up_is_named(visitor, field, value):
    response = visitor.sign_up(**{"username": "ada", field: value})

    assert response.status_code == 422
    assert response.json()["code"] == "validation_failed"
    assert response.json()["errors"].keys() == {field}


def test_all_invalid_fields_are_named_at_once(visitor):
    response = visitor.post("/v1/profile/signup/", {"username": "!", "password": "short"})

    assert response.json()["errors"].keys() == {"username", "password"}


def test_logging_in_returns_a_token_pair(visitor):
    visitor.sign_up("ada")

    tokens = visitor.log_in("ADA").json()

    assert tokens.keys() == {
        "access_token",
        "refresh_token",
        "token_type",
        "expires_in",
        "refresh_expires_in",
    }
    assert tokens["token_type"] == "Bearer"
    assert (tokens["expires_in"], tokens["refresh_expires_in"]) == (3600, 86400)
    assert (
        visitor.with_token(tokens["access_token"]).get("/v1/profile/").json()["username"] == "ada"
    )


COMPOSED, DECOMPOSED = "gr\u00fcne wiese 7", "gru\u0308ne wiese 7"


@pytest.mark.parametrize(
    ("first", "then"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED), (DECOMPOSED, DECOMPOSED)]
)
def test_a_password_is_the_same_in_both_unicode_forms(visitor, first, then):
    assert visitor.sign_up("ada", password=first).status_code == 201

    assert visitor.log_in("ada", then).status_code == 200
    assert visitor.log_in("ada", then.replace(" ", "\u00a0")).status_code == 200


@pytest.mark.parametrize("field", ["password", "new_password"])
def test_a_new_password_with_control_characters_is_rejected(visitor, ada, field):
    password = "correct\thorse"
    response = (
        visitor.sign_up("grace", password=password)
        if field == "password"
        else ada.change_password(PASSWORD, password)
    )

    assert response.json()["errors"] == {field: ["Must not contain control characters."]}


@pytest.mark.parametrize("name", ["ada ", " ada", "\tADA\u2003\n"])
def test_whitespace_around_a_username_is_ignored_at_login_and_in_filters(visitor, ada, name):
    typed = name.replace("ada", ada.username).replace("ADA", ada.username.upper())
    form = {"username": typed, "password": PASSWORD}
    ada.new_event()

    assert visitor.log_in(typed).status_code == 200
    assert visitor.http.post("/v1/profile/token/", data=form).status_code == 200
    assert ada.event_titles(creator=typed) == ["Tea"]
    assert visitor.sign_up(typed).json()["errors"].keys() == {"username"}
    assert ada.patch("/v1/profile/", username=typed).json()["errors"].keys() == {"username"}


def test_an_unknown_username_and_a_wrong_password_get_the_same_response(visitor):
    visitor.sign_up("ada")
    visitor.http.headers["X-Request-ID"] = "the-same"

    unknown, wrong = visitor.log_in("grace"), visitor.log_in("ada", "wrong password")

    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json()["code"] == "invalid_credentials"
    assert unknown.content == wrong.content
    assert visitor.log_in("ada", PASSWORD + " ").status_code == 401


def test_the_profile_belongs_to_the_caller(ada):
    assert ada.get("/v1/profile/").json()["id"] == ada.id
