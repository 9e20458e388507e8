"""The Flask application, put together from its blueprints."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, request

from adapters.http.admission import admit_sound_requests
from adapters.http.blueprint import Blueprint
from adapters.http.documentation import document
from adapters.http.problems import answer_problems
from adapters.http.proxies import Network, trust_proxies
from adapters.security.jwt_tokens import configure_jwt


class App(Flask):
    """Flask, that need not look at every call whether a function is a coroutine: none is here."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def log_exception(self, exc_info: Any) -> None:
        """By the rule of the route: a path can hold a secret."""
        self.logger.error("%s %s failed", request.method, request.url_rule, exc_info=exc_info)


def create_app(
    *,
    blueprints: Sequence[Blueprint],
    jwt_secret_key: str,
    jwt_secret_key_previous: str | None,
    version: str,
    trusted_proxies: Sequence[Network],
) -> Flask:
    """An app of its own: any number may live side by side in a process."""
    app = App("turnout", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.url_map.merge_slashes = False  # a redirect would echo the Host header
    admit_sound_requests(app)
    trust_proxies(app, trusted_proxies)
    configure_jwt(app, jwt_secret_key, jwt_secret_key_previous)
    answer_problems(app)
    api = document(app, version)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    return app
