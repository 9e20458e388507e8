"""Sessions under attack from many sides at once."""

from functools import partial

from tests.concurrency import run_concurrently


def test_a_logout_that_races_a_refresh_leaves_nothing_alive(visitor, ada):
    winners = set()
    for _ in range(50):
        tokens = visitor.log_in(ada.username).json()
        spend, revoke = (
            partial(act, tokens["refresh_token"]) for act in (visitor.refresh, visitor.revoke)
        )

        refreshed, revoked = run_concurrently(spend, revoke)

        assert revoked.status_code == 204
        winners.add(refreshed.status_code)
        alive = [tokens]
        if refreshed.status_code == 200:
            alive.append(refreshed.json())
        for pair in alive:
            assert visitor.verify(pair["access_token"]).status_code == 401
            assert visitor.verify(pair["refresh_token"]).status_code == 401
            assert visitor.refresh(pair["refresh_token"]).status_code == 401
    assert winners <= {200, 401}


def test_of_32_refreshes_of_one_token_at_most_one_succeeds(visitor, ada):
    spent = ada.tokens["refresh_token"]

    answers = run_concurrently(*[lambda: visitor.refresh(spent)] * 32)

    successors = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(successors) <= 1
    assert {answer.status_code for answer in answers} <= {200, 401}
    # The others were reuse, which ends the session.
    assert not ada.is_known()
    for pair in successors:
        assert not visitor.bearing(pair["access_token"]).is_known()
        assert visitor.refresh(pair["refresh_token"]).status_code == 401


def test_whoever_takes_seats_while_their_account_goes_leaves_none(visitor, grace):
    events = [grace.published() for _ in range(8)]
    for _ in range(5):
        ada = visitor.joins("ada")
        attempts = [lambda event=event, ada=ada: ada.attend(event) for event in events]

        *attended, deleted = run_concurrently(*attempts, ada.delete_account)

        assert {answer.status_code for answer in attended} <= {204, 401}
        assert deleted.status_code == 204
        assert not ada.is_known()
    for event in events:
        assert grace.get(event).json()["attendees_count"] == 0
        assert grace.get(f"{event}attendees/").json()["count"] == 0
