"""Logging out, also everywhere, and listing sessions."""

from uuid import uuid4

import pytest


def test_logging_out_ends_only_this_session(visitor, ada):
    other = visitor.log_in_again(ada)

    assert visitor.revoke(ada.tokens["refresh_token"]).status_code == 204

    assert (ada.is_logged_in(), other.is_logged_in()) == (False, True)
    assert visitor.refresh(ada.tokens["refresh_token"]).status_code == 401
    assert visitor.verify(ada.tokens["access_token"]).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "A" * 15_000])
def test_revoking_an_invalid_token_succeeds(visitor, token):
    assert visitor.revoke(token).status_code == 204


def test_revoking_a_used_or_revoked_token_succeeds(visitor, ada):
    first = ada.tokens["refresh_token"]
    newest = visitor.refresh(first).json()

    assert visitor.revoke(first).status_code == 204
    assert visitor.revoke(first).status_code == 204

    assert not visitor.with_token(newest["access_token"]).is_logged_in()


def test_logging_out_everywhere_ends_all_sessions_of_the_user(visitor, ada, grace):
    others = [visitor.log_in_again(ada) for _ in range(3)]

    assert ada.post("/v1/profile/token/revoke-all/").status_code == 204

    assert not any(each.is_logged_in() for each in [ada, *others])
    assert grace.is_logged_in()
    assert visitor.log_in(ada.username).status_code == 200


def test_sessions_show_the_address_and_user_agent(visitor, ada):
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


def test_a_refresh_updates_last_used_at(visitor, ada):
    [before] = ada.sessions()
    newest = visitor.refresh(ada.tokens["refresh_token"]).json()

    [after] = visitor.with_token(newest["access_token"]).sessions()

    assert (after["id"], after["created_at"]) == (before["id"], before["created_at"])
    assert after["last_used_at"] > before["last_used_at"]


def test_a_login_without_user_agent_is_listed_with_null(visitor, ada):
    body = {"username": ada.username, "password": "correct horse battery"}
    visitor.post("/v1/profile/token/", body, headers={"User-Agent": ""})

    assert ada.sessions()[0]["user_agent"] is None


def test_a_session_is_ended_by_id(visitor, ada, grace):
    other = visitor.log_in_again(ada)
    [session] = [each for each in ada.sessions() if not each["current"]]
    path = f"/v1/profile/sessions/{session['id']}/"

    assert grace.delete(path).json()["code"] == "session_not_found"
    assert other.is_logged_in()
    assert ada.delete(path).status_code == 204

    assert not other.is_logged_in()
    assert ada.delete(path).json()["code"] == "session_not_found"
    assert ada.delete(f"/v1/profile/sessions/{uuid4()}/").json()["code"] == "session_not_found"
    assert ada.delete("/v1/profile/sessions/7/").json()["code"] == "not_found"


def test_ending_the_current_session_logs_out(ada):
    [session] = ada.sessions()

    assert ada.delete(f"/v1/profile/sessions/{session['id']}/").status_code == 204

    assert not ada.is_logged_in()
