"""The routes of the caller's sessions."""

from collections.abc import Callable
from dataclasses import asdict
from uuid import UUID

from flask import Response

from adapters.http.accounts import examples
from adapters.http.accounts.schemas import SessionPageSchema
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.links import links
from adapters.http.openapi.tags import SESSIONS
from adapters.http.pagination.link_header import PAGE_HEADERS
from adapters.http.pagination.page import PageResponse, page_response
from adapters.http.pagination.query import INVALID_LIMIT, OffsetQuery
from adapters.http.requests.authentication import caller
from adapters.http.requests.client_info import client_info
from adapters.http.responses.json import disable_storing, no_content
from application.pages import Page, PageRequest
from application.use_cases import UseCases
from domain.accounts.errors import SessionNotFound


def sessions_blueprint(use_cases: UseCases, authenticate: Callable[[], None]) -> Blueprint:
    blueprint = Blueprint("sessions", SESSIONS, authenticate, {"session_id": "Session id."})
    blueprint.after_request(disable_storing)

    @blueprint.operation("GET", "/v1/profile/sessions/", invalid=INVALID_LIMIT, query=OffsetQuery)
    @blueprint.response(
        200,
        SessionPageSchema,
        example=examples.SESSION_PAGE,
        headers=PAGE_HEADERS,
        links=links("deleteSession", session_id="$response.body#/results/0/id"),
    )
    def list_sessions(page_request: PageRequest) -> PageResponse:
        """List your active sessions

        Each login creates a session. Newest first.
        """
        me = caller()
        page = use_cases.list_sessions(me, page_request)
        results = [{**asdict(each), "current": each.id == me.session_id} for each in page.results]
        return page_response(Page(page.count, results, page.next_cursor), page_request)

    @blueprint.operation(
        "DELETE",
        "/v1/profile/sessions/<uuid:session_id>/",
        SessionNotFound(UUID(examples.SESSION_ID)),
    )
    @blueprint.response(204)
    def delete_session(session_id: UUID) -> Response:
        """Revoke a session

        Its tokens stop working immediately. Revoking the current session logs you out. Returns 404
        if the session has already ended or is not yours.
        """
        use_cases.revoke_session(session_id, caller(), client_info())
        return no_content()

    @blueprint.operation("POST", "/v1/profile/token/revoke-all/")
    @blueprint.response(204)
    def revoke_all_tokens() -> Response:
        """Log out everywhere

        Ends all your sessions, including the current one. Their tokens stop working immediately.
        Your calendar feed keeps working; delete it separately.
        """
        use_cases.revoke_all_sessions(caller(), client_info())
        return no_content()

    return blueprint
