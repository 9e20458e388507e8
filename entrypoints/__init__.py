"""Where everything is put together and started."""

# The version of the application, shown in the OpenAPI document.
VERSION = "0.2.0"
