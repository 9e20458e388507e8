"""The OpenAPI document and Swagger UI, both served without other hosts."""

from typing import Any

from flask import Flask, redirect
from flask_smorest import Api
from marshmallow import fields
from werkzeug import Response

from adapters.http.openapi.swagger_ui import swagger_ui
from adapters.http.openapi.tags import TAGS
from adapters.http.problems.responses import shared_responses
from adapters.http.problems.schema import ProblemSchema

DOCUMENT = "/api/schema/"
TOKEN = "/v1/profile/token/"
SWAGGER_UI = "/api/schema/swagger-ui/"
DESCRIPTION = """\
Publish events, find them, and attend them. An event accepts attendees while registration is open
and seats are left, until it starts or its creator calls it off. A full event has a waitlist.

Sign up, log in, and send the access token with every request. Errors are problem documents
(RFC 9457) with a stable `code`. Every response has an `X-Request-ID`; send your own to correlate
requests. Trailing slashes are optional. Lists of events, attendees and waitlists support gzip.
"""


class DocumentedApi(Api):  # type: ignore[misc]  # flask-smorest has no types
    """Operations name their errors, and all of them are problem documents."""

    DEFAULT_ERROR_RESPONSE_NAME = None
    ERROR_SCHEMA = ProblemSchema


def document(app: Flask, version: str) -> DocumentedApi:
    """Serve the document and Swagger UI. Blueprints registered with the result are documented."""
    app.config.update(
        API_TITLE="Turnout",
        API_VERSION=version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH=DOCUMENT,
        API_SPEC_OPTIONS={
            "info": {
                "description": DESCRIPTION,
                "contact": {"name": "The makers of Turnout"},
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            # Replaces the tags of flask-smorest, which has one for each blueprint.
            "tags": TAGS,
            # Relative to the URL of the document.
            "servers": [{"url": "/", "description": "This host."}],
            "components": {
                "securitySchemes": {
                    "bearer": {
                        "type": "http",
                        "scheme": "bearer",
                        "bearerFormat": "JWT",
                        "description": "An access token.",
                    },
                    "login": {
                        "type": "oauth2",
                        "description": "Log in with username and password.",
                        "flows": {"password": {"tokenUrl": TOKEN, "scopes": {}}},
                    },
                }
            },
        },
    )
    app.register_blueprint(swagger_ui(SWAGGER_UI))
    app.add_url_rule("/", "home", _go_to_swagger_ui)
    api = DocumentedApi(app)
    del api.spec.components.schemas["PaginationMetadata"]  # flask-smorest's; unused
    api.ma_plugin.converter.add_attribute_function(_enum_by_name)
    for name, response in shared_responses().items():
        api.spec.components.response(name, response)
    return api


def _enum_by_name(converter: Any, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, str]:
    """Document an enum once, under its name: generated clients then have one class for it."""
    if not isinstance(field, fields.Enum) or field.allow_none:
        return {}
    name = field.enum.__name__
    schema = {part: ret.pop(part) for part in ("type", "enum")}
    schema["x-enum-varnames"] = [member.name for member in field.enum]
    components = converter.spec.components
    if name not in components.schemas:
        components.schema(name, schema)
    return {"$ref": f"#/components/schemas/{name}"}


def _go_to_swagger_ui() -> Response:
    return redirect(SWAGGER_UI)
