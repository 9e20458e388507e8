"""The schema of problem documents."""

from marshmallow import Schema, fields

from adapters.http.problems.catalog import ProblemCode


class ProblemSchema(Schema):
    """An error (RFC 9457). `code` is stable and meant for programs; `detail` is for people."""

    type = fields.String(required=True, metadata={"description": "Always `about:blank`."})
    title = fields.String(required=True, metadata={"description": "HTTP status phrase."})
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.Enum(ProblemCode, by_value=fields.String, required=True)
    request_id = fields.String(
        required=True,
        metadata={"description": "Id of the request, as in the logs and in `X-Request-ID`."},
    )
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Invalid fields and their errors."},
    )
    registration_opens_at = fields.DateTime(
        metadata={"description": "When registration opens. With `registration_not_open` only."}
    )
    registration_closes_at = fields.DateTime(
        metadata={"description": "When registration closed. With `registration_closed` only."}
    )
    error = fields.String(
        metadata={"description": "OAuth 2 error code. In errors of the login endpoint only."}
    )
    error_description = fields.String(
        metadata={"description": "The same as `detail`. In errors of the login endpoint only."}
    )
