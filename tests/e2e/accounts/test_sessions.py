"""Logging out, here and everywhere, and seeing where one is logged in."""

from uuid import uuid4

import pytest


def test_logging_out_ends_the_session_and_no_other(visitor, ada):
    other = visitor.joins_again(ada)

    assert visitor.revoke(ada.tokens["refresh_token"]).status_code == 204

    assert (ada.is_known(), other.is_known()) == (False, True)
    assert visitor.refresh(ada.tokens["refresh_token"]).status_code == 401
    assert visitor.verify(ada.tokens["access_token"]).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "A" * 100_000])
def test_revoking_what_is_no_token_is_fine(visitor, token):
    assert visitor.revoke(token).status_code == 204


def test_a_spent_token_revokes_and_a_revoked_one_does_so_again(visitor, ada):
    first = ada.tokens["refresh_token"]
    newest = visitor.refresh(first).json()

    assert visitor.revoke(first).status_code == 204
    assert visitor.revoke(first).status_code == 204

    assert not visitor.bearing(newest["access_token"]).is_known()


def test_logging_out_everywhere_ends_all_sessions_of_ones_own(visitor, ada, grace):
    others = [visitor.joins_again(ada) for _ in range(3)]

    assert ada.post("/v1/profile/token/revoke-all/").status_code == 204

    assert not any(each.is_known() for each in [ada, *others])
    assert grace.is_known()
    assert visitor.log_in(ada.username).status_code == 200


def test_sessions_show_where_one_is_logged_in(visitor, ada):
    phone = {"User-Agent": "Ada's phone, \xfc".encode("latin-1") + b"x" * 300}
    body = {"username": ada.username, "password": "correct horse battery"}
    visitor.post("/v1/profile/token/", body, headers=phone)

    newest, first = ada.sessions()

    assert newest["user_agent"] == ("Ada's phone, \xfc" + "x" * 300)[:256]
    assert (newest["current"], first["current"]) == (False, True)
    assert newest["ip"] == first["ip"] == "127.0.0.1"
    assert first["user_agent"].startswith("python-httpx/")
    page = ada.get("/v1/profile/sessions/", params={"limit": 1}).json()
    assert (page["count"], page["results"]) == (2, [newest])
    assert page["next"].endswith("?limit=1&offset=1")


def test_a_refresh_shows_as_the_last_use(visitor, ada):
    [before] = ada.sessions()
    newest = visitor.refresh(ada.tokens["refresh_token"]).json()

    [after] = visitor.bearing(newest["access_token"]).sessions()

    assert (after["id"], after["created_at"]) == (before["id"], before["created_at"])
    assert after["last_used_at"] > before["last_used_at"]


def test_a_login_without_user_agent_is_listed_as_such(visitor, ada):
    body = {"username": ada.username, "password": "correct horse battery"}
    visitor.post("/v1/profile/token/", body, headers={"User-Agent": ""})

    assert ada.sessions()[0]["user_agent"] is None


def test_one_session_is_ended_by_its_id(visitor, ada, grace):
    other = visitor.joins_again(ada)
    [session] = [each for each in ada.sessions() if not each["current"]]
    path = f"/v1/profile/sessions/{session['id']}/"

    assert grace.delete(path).json()["code"] == "session_not_found"
    assert other.is_known()
    assert ada.delete(path).status_code == 204

    assert not other.is_known()
    assert ada.delete(path).json()["code"] == "session_not_found"
    assert ada.delete(f"/v1/profile/sessions/{uuid4()}/").json()["code"] == "session_not_found"
    assert ada.delete("/v1/profile/sessions/7/").json()["code"] == "not_found"


def test_ending_the_current_session_logs_out(ada):
    [session] = ada.sessions()

    assert ada.delete(f"/v1/profile/sessions/{session['id']}/").status_code == 204

    assert not ada.is_known()
