"""Whether the service lives, and whether it can work: for those who watch over it."""

from collections.abc import Callable
from typing import TypeAlias

from marshmallow import Schema, fields

from adapters.http.openapi.blueprint import Blueprint
from application.errors import NotReady

Health: TypeAlias = tuple[dict[str, str], dict[str, str]]

NOT_STORED = {"Cache-Control": "no-store"}
READY = {"status": "ready"}


class HealthSchema(Schema):
    status = fields.String(required=True, metadata={"enum": ["ok"], "example": "ok"})
    version = fields.String(required=True, metadata={"description": "Of the application."})


class ReadinessSchema(Schema):
    status = fields.String(required=True, metadata={"enum": ["ready"], "example": "ready"})


def health_blueprint(*, check_readiness: Callable[[], None], version: str) -> Blueprint:
    blueprint = Blueprint("health", description="For those who watch over the service.")
    alive = {"status": "ok", "version": version}

    @blueprint.operation("GET", "/healthz/")
    @blueprint.response(200, HealthSchema, description="The process answers.", example=alive)
    def get_health() -> Health:
        """Tell that the process answers

        Asks nothing of the database: who restarts what does not answer should ask here.
        """
        return alive, NOT_STORED

    @blueprint.operation(
        "GET", "/readyz/", NotReady("The database is missing migrations of this version.")
    )
    @blueprint.response(
        200,
        ReadinessSchema,
        description="Requests can be answered.",
        example=READY,
    )
    def get_readiness() -> Health:
        """Tell whether requests can be answered

        503 `not_ready` names what lacks: who spreads requests should ask here.
        """
        check_readiness()
        return READY, NOT_STORED

    return blueprint
