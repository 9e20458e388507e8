"""OpenAPI links: the operations that can follow a response, and their parameters.

The runtime expressions are those of the OpenAPI Specification 3.1 (Link Object).
"""

from collections.abc import Mapping
from typing import Any


def links(*operation_ids: str, **parameters: str) -> dict[str, Any]:
    """Links to operations that take these parameters."""
    return {each: {"operationId": each, "parameters": parameters} for each in operation_ids}


def body_link(operation_id: str, members: Mapping[str, str]) -> dict[str, Any]:
    """A link to an operation that takes a body with these members."""
    return {operation_id: {"operationId": operation_id, "requestBody": dict(members)}}
