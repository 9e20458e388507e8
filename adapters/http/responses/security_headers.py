"""Security headers of every response, including those of Flask and of the worker."""

from flask import Flask, Response, request

# Responses are data. If a browser displays one, it must not load, run or embed anything (OWASP ASVS
# 3.2.1 and 3.4). Cross-Origin-Resource-Policy does not apply to CORS requests.
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# One year. Only over HTTPS (RFC 6797 section 7.2). Subdomains may belong to other services.
HSTS = ("Strict-Transport-Security", "max-age=31536000")


def set_security_headers(app: Flask) -> None:
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)  # Swagger UI has its own policy
    if request.is_secure:
        response.headers.setdefault(*HSTS)
    return response
