"""The field types of the edge. What passes them is safe for every layer behind."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields

from domain.errors import Invalid

# RFC 3339 section 5.6, with the offset optional: without one the time is read as UTC.
RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:[0-5]\d)?", re.ASCII
)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DECIMAL = re.compile(r"0|[1-9][0-9]*", re.ASCII)
NO_NUL = r"^[^\u0000]*$"
# Longer ones are beyond every bound; Python would refuse to convert 4,301 digits.
DECIMAL_MAX_DIGITS = 18


def _ruled(rule: Callable[[Any], Any] | None, value: Any) -> Any:
    """What the domain makes of a value; its refusal becomes the field's."""
    try:
        return rule(value) if rule else value
    except Invalid as refusal:
        raise ValidationError(refusal.problem) from refusal


class Text(fields.String):
    """Text that PostgreSQL and UTF-8 can hold: no NUL, no lone surrogate.

    With a `rule`, the value object that the domain makes of it.
    """

    def __init__(
        self,
        *,
        rule: Callable[[str], Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(metadata={"pattern": NO_NUL} | dict(metadata or {}), **kwargs)
        self._rule = rule

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text is not None and ("\0" in text or not _is_encodable(text)):
            raise ValidationError("Must not contain NUL characters or lone surrogates.")
        return _ruled(self._rule, text)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def in_utc(instant: datetime) -> str:
    """As RFC 3339 has it, with Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Instant(fields.DateTime):
    """An RFC 3339 time of any offset, none meaning UTC, which becomes one in UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not RFC3339.fullmatch(value):
            raise ValidationError("Must be an RFC 3339 date-time, such as 2099-05-17T18:00:00Z.")
        try:
            instant = datetime.fromisoformat(value.upper())
            if instant.tzinfo is None:
                return instant.replace(tzinfo=UTC)
            return instant.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError("Must be a valid time in years 1 to 9999 (UTC).") from error


class DayOrInstant(Instant):
    """Also a plain date, which means midnight UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if isinstance(value, str) and DATE.fullmatch(value):
            value = f"{value}T00:00:00Z"
        return super()._deserialize(value, attr, data, **kwargs)


class JsonInteger(fields.Integer):
    """A whole JSON number: 10 and 10.0 are, 10.9, true and "10" are not. With a `rule`, as Text."""

    def __init__(self, *, rule: Callable[[int], int] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rule = rule

    def _validated(self, value: Any) -> int:
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
            number: int = _ruled(self._rule, int(value))
            return number
        raise self.make_error("invalid")


class QueryInteger(fields.Integer):
    """Decimal digits without sign or leading zeros."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            error_messages={"invalid": "Must be a non-negative integer, such as 20."}, **kwargs
        )

    def _validated(self, value: Any) -> int:
        if len(value) <= DECIMAL_MAX_DIGITS and DECIMAL.fullmatch(value):
            return int(value)
        raise self.make_error("invalid")


class Flag(fields.Boolean):
    """`true` or `false` in a query, spelled just so."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            truthy={"true"},
            falsy={"false"},
            error_messages={"invalid": "Must be true or false."},
            **kwargs,
        )


class ResponseSchema(Schema):
    """The shape of an answer: every field is always there."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = True
