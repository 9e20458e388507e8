"""The application factory."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, request

from adapters.http.middleware.request_record import record_requests
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.document import document
from adapters.http.problems.handlers import register_error_handlers
from adapters.http.requests.proxies import Network, trust_proxies
from adapters.http.requests.validation import validate_requests
from adapters.http.responses.cors import enable_cors
from adapters.http.responses.json import ACCEPT_PATCH, no_content
from adapters.http.responses.security_headers import set_security_headers
from adapters.http.webhooks.messages import document_messages
from application.ports.identifiers import NewId
from application.ports.request_hooks import RequestHook


class App(Flask):
    """Flask with its own OPTIONS response and failure log."""

    def make_default_options_response(self) -> Response:
        """A 204 with the Allow and Accept-Patch headers."""
        response = no_content()
        response.allow.update(super().make_default_options_response().allow)
        if "PATCH" in response.allow:
            response.headers.add(*ACCEPT_PATCH)
        return response

    def log_exception(self, exc_info: Any) -> None:
        """Log the URL rule, because a path can contain a secret."""
        self.logger.error("%s %s failed", request.method, request.url_rule, exc_info=exc_info)


def create_app(
    *,
    blueprints: Sequence[Blueprint],
    version: str,
    trusted_proxies: Sequence[Network],
    public_url: str | None,
    cors_origins: Sequence[str],
    request_hooks: Sequence[RequestHook],
    new_id: NewId,
) -> Flask:
    """A new app, independent of others in the process."""
    app = App("turnout", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.url_map.merge_slashes = False  # a redirect would echo the Host header
    validate_requests(app)
    trust_proxies(app, trusted_proxies)
    app.config["PUBLIC_URL"] = public_url  # for adapters/http/responses/urls.py
    set_security_headers(app)
    enable_cors(app, cors_origins)
    api = document(app, version)
    register_error_handlers(app)  # replaces the handler of flask-smorest
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    document_messages(api.spec)
    record_requests(app, request_hooks, new_id)
    return app
