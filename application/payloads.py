"""Convert read models to and from JSON objects, for stores with opaque payloads."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

Model = TypeVar("Model")


def to_payload(model: Any) -> dict[str, Any]:
    """The init fields of a dataclass; computed fields are left out."""
    return {
        field.name: _to_json(getattr(model, field.name)) for field in fields(model) if field.init
    }


def from_payload(model: type[Model], payload: Mapping[str, Any]) -> Model:
    """The inverse of `to_payload`. Ignores fields that only another release knows."""
    types = get_type_hints(model)
    known = {name: value for name, value in payload.items() if name in types}
    return model(**{name: _from_json(types[name], value) for name, value in known.items()})


def _to_json(value: Any) -> Any:
    if is_dataclass(value):
        return to_payload(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | StrEnum) else value


def _from_json(type_: Any, value: Any) -> Any:
    if is_dataclass(type_) and isinstance(type_, type):
        return from_payload(type_, value)
    if type_ is datetime:
        return datetime.fromisoformat(value)
    if isinstance(type_, type) and issubclass(type_, UUID | StrEnum):
        return type_(value)
    return value
