"""The composition root: wiring, settings, server configuration and command line."""

# Also the version of the OpenAPI document.
VERSION = "0.3.0"
# More lines that gunicorn prints when it is ready.
BANNER_VARIABLE = "TURNOUT_BANNER"
