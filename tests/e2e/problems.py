"""A check that every problem document must pass."""


def is_problem(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    assert (body["status"], body["code"]) == (status, code)
    return True
