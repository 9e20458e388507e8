"""Concurrent requests of one session."""

from functools import partial

from tests.concurrency import run_concurrently
from tests.e2e.problems import is_problem


def test_a_logout_concurrent_with_a_refresh_ends_the_session(visitor, ada):
    winners = set()
    for _ in range(50):
        tokens = visitor.log_in(ada.username).json()
        refresh, revoke = (
            partial(function, tokens["refresh_token"])
            for function in (visitor.refresh, visitor.revoke)
        )

        refreshed, revoked = run_concurrently(refresh, revoke)

        assert revoked.status_code == 204
        winners.add(refreshed.status_code)
        issued = [tokens]
        if refreshed.status_code == 200:
            issued.append(refreshed.json())
        for pair in issued:
            assert visitor.verify(pair["access_token"]).status_code == 401
            assert visitor.verify(pair["refresh_token"]).status_code == 401
            assert visitor.refresh(pair["refresh_token"]).status_code == 401
    assert winners <= {200, 401}


def test_one_of_32_concurrent_refreshes_succeeds_and_the_session_continues(visitor, ada):
    refresh_token = ada.tokens["refresh_token"]

    responses = run_concurrently(*[lambda: visitor.refresh(refresh_token)] * 32)

    [successor] = [response.json() for response in responses if response.status_code == 200]
    others = [response for response in responses if response.status_code != 200]
    assert all(is_problem(each, 401, "refresh_token_superseded") for each in others)
    assert ada.is_logged_in()
    assert visitor.refresh(successor["refresh_token"]).status_code == 200


def test_a_user_who_attends_while_the_account_is_deleted_leaves_no_seats(visitor, grace):
    events = [grace.new_event() for _ in range(8)]
    for _ in range(5):
        ada = visitor.new_member("ada")
        attends = [lambda event=event, ada=ada: ada.attend(event) for event in events]

        *attended, deleted = run_concurrently(*attends, ada.delete_account)

        assert {response.status_code for response in attended} <= {204, 401}
        assert deleted.status_code == 204
        assert not ada.is_logged_in()
    for event in events:
        assert grace.get(event).json()["attendees_count"] == 0
        assert grace.get(f"{event}attendees/").json()["count"] == 0
