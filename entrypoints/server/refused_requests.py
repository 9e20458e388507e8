"""Requests that are refused before the application, or gunicorn's parser, has seen them whole."""

from gunicorn.http.errors import ParseException


class BodyTooLarge(ParseException):  # type: ignore[misc]  # gunicorn has no types
    """Its chunks are longer than any body that is taken."""


class RequestTimeout(ParseException):  # type: ignore[misc]
    """It was not whole in time."""

    def __str__(self) -> str:
        return "The request did not arrive whole in time."


class TooMuchArriving(ParseException):  # type: ignore[misc]
    """All that is on its way needs more memory than it may have; this is the largest part."""

    def __str__(self) -> str:
        return "Too many large requests arrive at a time. Send it again."
