"""Is every answer what the OpenAPI document promises?"""

import re
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker

PROBLEM_TYPE = "application/problem+json"
JSON_TYPES = ("application/json", PROBLEM_TYPE)


class Document:
    """The served OpenAPI document. Problems are known by their codes: each is an example."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path.rstrip("/")) + "/?"), path)
            for path in document["paths"]
        ]

    def path_of(self, url_path: str) -> str | None:
        """The path of the document that a URL's path is an instance of."""
        return next((path for form, path in self._paths if form.fullmatch(url_path)), None)

    def check(self, response: httpx.Response) -> None:
        """Fail when an operation answers with a status, type, body or code it does not document."""
        path = self.path_of(response.request.url.path)
        method = response.request.method.lower()
        operations = self.document["paths"].get(path, {})
        if method not in operations:
            assert (
                response.status_code in (302, 404, 405)
                or method in ("head", "options")
                or (path is None and response.status_code == 200)
            ), f"{method} {response.request.url.path} is not documented"
            return
        place = f"{method} {path} {response.status_code}"
        answers = operations[method]["responses"]
        assert str(response.status_code) in answers, f"{place} is not documented"
        answer = answers[str(response.status_code)]
        for header, promise in answer.get("headers", {}).items():
            is_sent = header in response.headers or not promise.get("required", True)
            assert is_sent, f"{place} promises {header}"
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        assert media_type in answer.get("content", {"": None}), f"{place} has type {media_type!r}"
        if media_type in JSON_TYPES:
            self.validate(response.json(), answer["content"][media_type]["schema"])
        if media_type == PROBLEM_TYPE:
            codes = answer["content"][media_type]["examples"].keys()
            assert response.json()["code"] in codes, f"{place} has code {response.json()['code']}"

    def validate(self, body: Any, schema: dict[str, Any]) -> None:
        # The document around the schema resolves its references.
        Draft202012Validator({**self.document, **schema}, format_checker=FormatChecker()).validate(
            body
        )
