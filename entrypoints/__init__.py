"""Where everything is put together and started."""

# The version of the application: in the OpenAPI document and the change log.
VERSION = "0.1.0"
