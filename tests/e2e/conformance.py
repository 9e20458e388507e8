"""Checks responses against the OpenAPI document."""

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
# Formats that are hints only: any string is valid.
UNCHECKED_FORMATS = {"password": lambda _: True}


def problems_of(response: dict[str, Any]) -> dict[str, Any]:
    """The problems in the examples of a documented response, by their codes."""
    examples = response.get("content", {}).get(PROBLEM_TYPE, {}).get("examples", {})
    return {code: example["value"] for code, example in examples.items()}


def pointer(*names: str) -> str:
    """RFC 6901."""
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)


class Document:
    """The served OpenAPI document. Each problem code must appear as an example."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        self._registry = Registry([(DOCUMENT_URI, spec)], draft=Draft202012)
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path.rstrip("/")) + "/?"), path)
            for path in spec["paths"]
        ]

    def path_of(self, url_path: str) -> str | None:
        """The documented path that matches the path of a URL."""
        return next((path for pattern, path in self._paths if pattern.fullmatch(url_path)), None)

    def check(self, response: httpx.Response) -> None:
        """Fail if the status, media type, headers, body or problem code is not documented."""
        path = self.path_of(response.request.url.path)
        method = response.request.method.lower()
        operations = self.spec["paths"].get(path, {})
        if method not in operations:
            assert (
                response.status_code in (302, 404, 405)
                or method in ("head", "options")
                or (path is None and response.status_code == 200)
            ), f"{method} {response.request.url.path} is not documented"
            return
        status = str(response.status_code)
        responses = operations[method]["responses"]
        key = status if status in responses else "default"
        assert key in responses, f"{method} {path} has status {status}"
        location = pointer("paths", path, method, "responses", key)
        location, documented = self.resolve(location, responses[key])
        required = HEADERS_OF_STATUS.get(response.status_code)
        assert required is None or required in response.headers, f"{location} lacks {required}"
        for name, header in documented.get("headers", {}).items():
            self.check_header(
                response.headers.get(name), header, location + pointer("headers", name)
            )
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        assert media_type in documented.get("content", {"": None}), (
            f"{location} has type {media_type!r}"
        )
        if media_type in JSON_TYPES:
            self.validate(response.json(), location + pointer("content", media_type, "schema"))
        if media_type == PROBLEM_TYPE:
            code = response.json()["code"]
            assert code in self.codes(operations[method], status), f"{location} has code {code}"

    def codes(self, operation: dict[str, Any], status: str) -> set[str]:
        """The problem codes of a status: those of the operation and those that all share."""
        responses = [operation["responses"].get(key, {}) for key in (status, "default")]
        return {
            code
            for response in responses
            for code, problem in problems_of(self.resolve("", response)[1]).items()
            if str(problem["status"]) == status
        }

    def resolve(self, location: str, part: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Follow a reference: its location and target, or the part itself."""
        if "$ref" not in part:
            return location, part
        target: Any = self.spec
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        return part["$ref"].removeprefix("#"), target

    def check_header(self, value: str | None, header: dict[str, Any], location: str) -> None:
        if value is None:
            assert not header.get("required"), f"{location} is required"
            return
        is_number = header["schema"]["type"] == "integer" and value.isdecimal()
        self.validate(int(value) if is_number else value, f"{location}/schema")

    def validate(self, body: Any, location: str) -> None:
        """Check the body against the schema at this JSON pointer. Raises ValidationError."""
        # An echoed field name may contain a lone surrogate, which UTF-8 cannot encode.
        encoded = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        Draft202012Validator(
            {"$ref": f"{DOCUMENT_URI}#{quote(location)}"},
            registry=self._registry,
            validate_formats=True,
            formats=UNCHECKED_FORMATS,
            ignore_unknown_formats=False,
        ).validate(json.loads(encoded))
