"""Liveness and readiness checks."""

from collections.abc import Callable
from typing import TypeAlias

from marshmallow import Schema, fields

from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.tags import OPERATIONS
from application.errors import NotReady

Health: TypeAlias = tuple[dict[str, str], dict[str, str]]

NOT_STORED = {"Cache-Control": "no-store"}
READY = {"status": "ready"}


class HealthSchema(Schema):
    status = fields.String(required=True, metadata={"enum": ["ok"], "example": "ok"})
    version = fields.String(required=True, metadata={"description": "Version of the application."})


class ReadinessSchema(Schema):
    status = fields.String(required=True, metadata={"enum": ["ready"], "example": "ready"})


def health_blueprint(*, check_readiness: Callable[[], None], version: str) -> Blueprint:
    blueprint = Blueprint("health", OPERATIONS)
    alive = {"status": "ok", "version": version}

    @blueprint.operation("GET", "/healthz/")
    @blueprint.response(200, HealthSchema, description="The process is alive.", example=alive)
    def get_health() -> Health:
        """Check liveness

        Does not use the database. Restart the process if this fails.
        """
        return alive, NOT_STORED

    @blueprint.operation("GET", "/readyz/", NotReady("The database does not respond."))
    @blueprint.response(
        200,
        ReadinessSchema,
        description="The service is ready.",
        example=READY,
    )
    def get_readiness() -> Health:
        """Check readiness

        Returns 503 `not_ready` with the reason if the database is unreachable, lacks migrations, or
        does not use UTF-8. With Citus, also if a table is not distributed or a worker is
        unreachable. For load balancers.
        """
        check_readiness()
        return READY, NOT_STORED

    return blueprint
