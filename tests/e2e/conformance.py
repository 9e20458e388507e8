"""Is every response what the OpenAPI document promises?"""

import json
import re
from typing import Any
from urllib.parse import quote

import httpx
from jsonschema_rs import Draft202012, Draft202012Validator, Registry

PROBLEM_TYPE = "application/problem+json"
JSON_TYPES = ("application/json", PROBLEM_TYPE)
DOCUMENT_URI = "urn:openapi"
# Promised by the response of the status, or by the one for all other errors.
HEADERS_OF_STATUS = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
# Tells people what a text is for; any text has it.
FREE_FORMATS = {"password": lambda _: True}


def problems_of(response: dict[str, Any]) -> dict[str, Any]:
    """The problems in the examples of a documented response, by their codes."""
    examples = response.get("content", {}).get(PROBLEM_TYPE, {}).get("examples", {})
    return {code: example["value"] for code, example in examples.items()}


def pointer(*names: str) -> str:
    """RFC 6901."""
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)


class Document:
    """The served OpenAPI document. Problems are known by their codes: each is an example."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._registry = Registry([(DOCUMENT_URI, document)], draft=Draft202012)
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
        status = str(response.status_code)
        documented = operations[method]["responses"]
        key = status if status in documented else "default"
        assert key in documented, f"{method} {path} has status {status}"
        place = pointer("paths", path, method, "responses", key)
        place, answer = self.resolve(place, documented[key])
        always = HEADERS_OF_STATUS.get(response.status_code)
        assert always is None or always in response.headers, f"{place} lacks {always}"
        for name, header in answer.get("headers", {}).items():
            self.check_header(response.headers.get(name), header, place + pointer("headers", name))
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        assert media_type in answer.get("content", {"": None}), f"{place} has type {media_type!r}"
        if media_type in JSON_TYPES:
            self.validate(response.json(), place + pointer("content", media_type, "schema"))
        if media_type == PROBLEM_TYPE:
            code = response.json()["code"]
            assert code in self.codes(operations[method], status), f"{place} has code {code}"

    def codes(self, operation: dict[str, Any], status: str) -> set[str]:
        """The problem codes of a status: those of the operation and those that all share."""
        responses = [operation["responses"].get(key, {}) for key in (status, "default")]
        return {
            code
            for response in responses
            for code, problem in problems_of(self.resolve("", response)[1]).items()
            if str(problem["status"]) == status
        }

    def resolve(self, place: str, part: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """What a part refers to and its place, or the part itself."""
        if "$ref" not in part:
            return place, part
        target: Any = self.document
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        return part["$ref"].removeprefix("#"), target

    def check_header(self, value: str | None, header: dict[str, Any], place: str) -> None:
        if value is None:
            assert not header.get("required"), f"{place} is promised"
            return
        is_number = header["schema"]["type"] == "integer" and value.isdecimal()
        self.validate(int(value) if is_number else value, f"{place}/schema")

    def validate(self, body: Any, place: str) -> None:
        """Raises ValidationError where it is not what the schema at this JSON pointer says."""
        # A name that is told back as it was sent may have half a character, which UTF-8 has not.
        encoded = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        Draft202012Validator(
            {"$ref": f"{DOCUMENT_URI}#{quote(place)}"},
            registry=self._registry,
            validate_formats=True,
            formats=FREE_FORMATS,
            ignore_unknown_formats=False,
        ).validate(json.loads(encoded))
