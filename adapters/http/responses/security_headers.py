"""Security headers of every response, including those of Flask and Swagger UI."""

from flask import Flask, Response

# Browsers must not guess the type (Fetch standard, section 3.7).
NOSNIFF = ("X-Content-Type-Options", "nosniff")


def set_security_headers(app: Flask) -> None:
    app.after_request(_add_header)


def _add_header(response: Response) -> Response:
    response.headers.add(*NOSNIFF)
    return response
