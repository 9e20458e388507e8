"""Field types. Values that pass them are safe for every other layer."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields

from domain.errors import Invalid

# RFC 3339 section 5.6 with optional seconds and an optional offset, which defaults to UTC.
RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:[0-5]\d)?", re.ASCII
)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DECIMAL = re.compile(r"0|[1-9][0-9]*", re.ASCII)
OUT_OF_RANGE = "Must be a valid time in years 1 to 9999 (UTC)."
NO_NUL = r"^[^\u0000]*$"
# Longer numbers exceed every limit, and int() rejects more than 4,300 digits.
DECIMAL_MAX_DIGITS = 18


def _ruled(rule: Callable[[Any], Any] | None, value: Any) -> Any:
    """The value after the domain's rule; its Invalid becomes a ValidationError."""
    try:
        return rule(value) if rule else value
    except Invalid as error:
        raise ValidationError(error.problem) from error


class Text(fields.String):
    """Text without NUL and lone surrogates, which PostgreSQL and UTF-8 cannot store.

    `rule` turns it into a value object.
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


class Instant(fields.DateTime):
    """An RFC 3339 date-time, converted to UTC; seconds and offset are optional."""

    problem = "Must be an RFC 3339 date-time, such as 2099-05-17T18:00:00Z."

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not RFC3339.fullmatch(value):
            raise ValidationError(self.problem)
        try:
            instant = datetime.fromisoformat(value.upper())
            if instant.tzinfo is None:
                return instant.replace(tzinfo=UTC)
            return instant.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError(OUT_OF_RANGE) from error


class DayOrInstant(Instant):
    """An Instant or a date, which means midnight UTC.

    A `shift` of one microsecond turns an exclusive bound into an inclusive one.
    """

    problem = (
        "Must be a date or an RFC 3339 date-time, such as 2099-05-17T18:00:00Z. In a URL, write + "
        "as %2B."
    )

    def __init__(self, *, shift: timedelta = timedelta(), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._shift = shift

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if isinstance(value, str) and DATE.fullmatch(value):
            value = f"{value}T00:00:00Z"
        try:
            return super()._deserialize(value, attr, data, **kwargs) + self._shift
        except OverflowError as error:
            raise ValidationError(OUT_OF_RANGE) from error


class JsonInteger(fields.Integer):
    """A JSON integer: 10 or 10.0, but not 10.9, true, or "10". `rule` is as in Text."""

    def __init__(self, *, rule: Callable[[int], int] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rule = rule

    def _validated(self, value: Any) -> int:
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
            number: int = _ruled(self._rule, int(value))
            return number
        raise self.make_error("invalid")


class JsonBoolean(fields.Boolean):
    """A JSON boolean: true or false, but not "true", "yes" or 1."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise self.make_error("invalid", input=value)


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
    """`true` or `false` in a query, in lower case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            truthy={"true"},
            falsy={"false"},
            error_messages={"invalid": "Must be true or false."},
            **kwargs,
        )


class ResponseSchema(Schema):
    """The schema of a response: every field is always present."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = True
