"""The OpenAPI document, Swagger UI, and the blueprint that documents operations."""
