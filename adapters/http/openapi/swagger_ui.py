"""Swagger UI without inline scripts, so that its Content-Security-Policy can forbid them."""

from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, send_from_directory

DIST = Path(flask_swagger_ui.__file__).parent / "dist"
# Swagger UI only calls the API of its own origin. `data:` is for images in its style sheet.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def swagger_ui(url: str) -> Blueprint:
    """Serve our own HTML and configuration at `url`, with the files of flask-swagger-ui."""
    blueprint = Blueprint("swagger_ui", __name__, url_prefix=url, static_folder="static")

    @blueprint.get("/")
    def page() -> Response:
        return blueprint.send_static_file("index.html")

    @blueprint.get("/<path:file>")
    def asset(file: str) -> Response:
        return send_from_directory(DIST, file)

    @blueprint.after_request
    def allow_own_files(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return blueprint
