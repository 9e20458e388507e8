"""Every problem code: its status, meaning, and what to do. docs/errors.md is generated from it."""

from enum import StrEnum
from typing import NamedTuple

from adapters.http.problems.model import CODE_OF_STATUS, OTHER_CODE, NotAuthenticated, status_of
from application.errors import NotReady, OutcomeUnknown, Unavailable
from application.idempotency import IdempotencyKeyInUse, IdempotencyKeyReused
from application.ports.event_queries import TooManyMatches
from application.preconditions import PreconditionFailed
from domain.accounts.errors import (
    InvalidCredentials,
    InvalidMailToken,
    InvalidToken,
    MailDisabled,
    RefreshTokenReused,
    RefreshTokenSuperseded,
    SessionNotFound,
    TooManyWrongPasswords,
    UsernameTaken,
    WrongPassword,
)
from domain.calendars.errors import CalendarNotFound, NoCalendarFeed
from domain.errors import DomainError
from domain.events.errors import (
    AlreadyAttending,
    AttendeeNotFound,
    AttendeesHidden,
    CapacityBelowAttendance,
    CapacityExhausted,
    EventCancelled,
    EventNotFound,
    EventNotPublished,
    NotEventCreator,
    ReadOnlyEvent,
    RegistrationClosed,
    RegistrationNotOpen,
    SeatsAvailable,
    TooManyEvents,
    WaitlistDisabled,
    WaitlistFull,
)
from domain.webhooks.errors import (
    DeliveryNotFound,
    TooManyWebhooks,
    WebhookDisabled,
    WebhookNotFound,
    WebhookUrlRefused,
)


class CatalogEntry(NamedTuple):
    status: int | None  # None: several statuses
    code: str
    meaning: str
    action: str


def _of_error(error: type[DomainError | Unavailable], meaning: str, action: str) -> CatalogEntry:
    return CatalogEntry(status_of(error), error.code, meaning, action)


def _of_status(status: int, meaning: str, action: str) -> CatalogEntry:
    return CatalogEntry(status, CODE_OF_STATUS[status], meaning, action)


CATALOG = (
    _of_status(
        400,
        "The Host header, the body or its JSON is malformed, text is not UTF-8, or the query has "
        "more than 100 parameters.",
        "Fix the request; `detail` says what is wrong.",
    ),
    _of_error(NotAuthenticated, "The request has no access token.", "Send the access token."),
    _of_error(
        InvalidToken,
        "The token is malformed, expired, revoked, or of the wrong type, or its account is "
        "deleted.",
        "Refresh the tokens once; if that fails, log in.",
    ),
    _of_error(
        InvalidCredentials, "Wrong username or password.", "Ask the user for the credentials again."
    ),
    _of_error(
        RefreshTokenSuperseded,
        "The refresh token was just replaced, by a concurrent request or one whose response was "
        "lost. The session continues.",
        "Use the new tokens, for example those of another tab. If they are lost, revoke this token "
        "and log in.",
    ),
    _of_error(
        RefreshTokenReused,
        "The refresh token was used before, so its session was ended.",
        "Log in. If your client uses each refresh token once, somebody else may have a copy.",
    ),
    _of_error(
        NotEventCreator,
        "Only the event's creator can do this.",
        "Do not offer the action to other users.",
    ),
    _of_error(
        AttendeesHidden,
        "Only the organiser, or only the organiser and the attendees, can list the attendees.",
        "Show `attendees_count` instead.",
    ),
    _of_error(
        WrongPassword,
        "The current password is wrong; the session continues.",
        "Ask the user for the password again.",
    ),
    _of_status(404, "No such path, or an id is not a UUID.", "Check the path."),
    _of_error(
        EventNotFound,
        "The event does not exist, was deleted, or is another user's draft.",
        "Remove the event from your list.",
    ),
    _of_error(
        AttendeeNotFound,
        "The user has no seat at the event.",
        "Fetch the list of attendees again.",
    ),
    _of_error(
        SessionNotFound,
        "You have no active session with this id.",
        "Fetch the list of sessions again.",
    ),
    _of_error(
        NoCalendarFeed,
        "You have no calendar feed.",
        "Create one with `POST /v1/profile/calendar/`.",
    ),
    _of_error(
        CalendarNotFound,
        "The feed URL is wrong, or its feed was replaced or deleted.",
        "Ask the owner for the current URL.",
    ),
    _of_error(
        WebhookNotFound,
        "You have no webhook with this id.",
        "Fetch the list of webhooks again.",
    ),
    _of_error(
        DeliveryNotFound,
        "The webhook has no delivery with this id, or it was deleted because it is old.",
        "Fetch the list of deliveries again.",
    ),
    _of_status(405, "The path does not allow this method.", "Use a method in the Allow header."),
    _of_status(
        406,
        "The response type is not in the Accept header.",
        "Accept a type that `detail` names.",
    ),
    _of_error(UsernameTaken, "Another account has this username.", "Choose another username."),
    _of_error(
        ReadOnlyEvent,
        "The event has already started.",
        "Nothing: it can no longer be edited, called off, deleted, attended, or left, and its "
        "waitlist has ended.",
    ),
    _of_error(
        EventNotPublished,
        "The event is a draft of yours.",
        "Publish it first: `POST /v1/events/{id}/publish/`. Instead of calling it off, delete it.",
    ),
    _of_error(
        EventCancelled,
        "The event is cancelled.",
        "Nothing: it can no longer be published, edited, or attended, and its waitlist has ended.",
    ),
    _of_error(
        RegistrationNotOpen,
        "Registration has not opened yet.",
        "Retry at `registration_opens_at`.",
    ),
    _of_error(
        RegistrationClosed,
        "Registration closed at `registration_closes_at`.",
        "Nothing, unless the organiser extends registration.",
    ),
    _of_error(
        TooManyEvents,
        "You already have the maximum number of upcoming events.",
        "Delete an upcoming event, or wait until one has started.",
    ),
    _of_error(
        CapacityExhausted,
        "All seats are taken.",
        "Join the waitlist with `POST /v1/events/{id}/waitlist/`. If it is disabled, try again "
        "after somebody cancels.",
    ),
    _of_error(
        SeatsAvailable,
        "The event has free seats.",
        "Take one with `POST /v1/events/{id}/attend/`.",
    ),
    _of_error(
        AlreadyAttending,
        "You already have a seat.",
        "Nothing, or give it back first with `POST /v1/events/{id}/cancel/`.",
    ),
    _of_error(
        WaitlistDisabled,
        "The organiser has disabled the event's waitlist.",
        "Try to attend again after somebody cancels.",
    ),
    _of_error(WaitlistFull, "10,000 people are on the waitlist.", "Try again later."),
    _of_error(
        CapacityBelowAttendance,
        "The new capacity is lower than the number of attendees.",
        "Choose a higher capacity.",
    ),
    _of_error(
        TooManyWebhooks,
        "You already have the maximum number of webhooks.",
        "Delete one.",
    ),
    _of_error(
        WebhookDisabled,
        "The webhook is disabled; `disabled_reason` says why.",
        "Fix the endpoint, then enable the webhook with `PATCH /v1/webhooks/{id}/`.",
    ),
    _of_error(
        MailDisabled,
        "This server sends no mail.",
        "Ask its operator for help with forgotten passwords.",
    ),
    _of_error(
        IdempotencyKeyInUse,
        "A request with this idempotency key is still in progress.",
        "Retry later with the same key.",
    ),
    _of_error(
        PreconditionFailed,
        "The resource has changed since you fetched it (`If-Match`, `If-None-Match`).",
        "Fetch it again, apply your change, and retry with the new ETag.",
    ),
    _of_status(
        413,
        "The body is larger than 256 KiB, or 16 KiB below `/v1/profile/`, or has more than 100 "
        "names.",
        "Send a smaller body.",
    ),
    _of_status(414, "The URL is too long.", "Shorten the query."),
    _of_status(
        415,
        "The body is not sent as JSON, or has a Content-Encoding.",
        "Send `Content-Type: application/json` and no Content-Encoding.",
    ),
    _of_status(417, "The Expect header is not supported.", "Remove the header."),
    _of_status(
        422,
        "Fields, query parameters, or headers are invalid or unknown.",
        "Fix those that `errors` names.",
    ),
    _of_error(
        InvalidMailToken,
        "The token from an email is wrong, expired or already used, or the address has changed "
        "since.",
        "Request a new email.",
    ),
    _of_error(
        WebhookUrlRefused,
        "Webhooks must have an https URL with a public host name.",
        "Use another URL. For development, set `WEBHOOK_ALLOW_PRIVATE_NETWORKS`.",
    ),
    _of_error(
        IdempotencyKeyReused,
        "The idempotency key was already used with a different body.",
        "Use a new key for a new request.",
    ),
    _of_error(
        TooManyMatches,
        "The list would have to read too many events.",
        "Add a period, type, creator or rarer search word, or sort by `start_time`.",
    ),
    _of_status(
        429,
        "Too many requests from this account or address.",
        "Wait for the seconds in `Retry-After`.",
    ),
    _of_error(
        TooManyWrongPasswords,
        "Too many wrong passwords in a row. Open sessions continue.",
        "Wait for the number of seconds in `Retry-After`, then ask the user for the password "
        "again.",
    ),
    _of_status(431, "The headers are too large.", "Send smaller headers."),
    _of_status(
        500,
        "An error of the service. It has been logged.",
        "Report it with the `request_id`.",
    ),
    _of_status(501, "The Transfer-Encoding is not supported.", "Use `chunked`."),
    _of_status(
        502,
        "The proxy could not reach the service, or lost the connection.",
        "Check whether the change was saved, then retry.",
    ),
    _of_error(
        Unavailable,
        "The service is temporarily unavailable. Nothing was changed.",
        "Retry after the seconds in `Retry-After`.",
    ),
    _of_error(
        OutcomeUnknown,
        "The database connection was lost while saving; the change may or may not be saved.",
        "Fetch the resource to check before you retry.",
    ),
    _of_error(
        NotReady,
        "The readiness check failed; `detail` has the reason.",
        "Send no requests to this instance.",
    ),
    _of_status(
        504,
        "The service did not respond to the proxy in time.",
        "Check whether the change was saved, then retry.",
    ),
    CatalogEntry(None, OTHER_CODE, "Any other HTTP error.", "See the status and `detail`."),
)

# Named for the schema in the document. mypy wants a literal.
ProblemCode = StrEnum(  # type: ignore[misc]
    "ProblemCode", {entry.code.upper(): entry.code for entry in CATALOG}
)

INTRODUCTION = """\
# Errors

<!-- Generated by `make openapi` from adapters/http/problems/catalog.py. -->

Every error response is a problem document (RFC 9457), with the media type
`application/problem+json`:

```json
{
  "type": "about:blank",
  "title": "Conflict",
  "status": 409,
  "detail": "All 40 seats are taken.",
  "code": "capacity_exhausted",
  "request_id": "01980d5c-0c00-7000-8000-3d2f6c1a9b55"
}
```

- `code` is stable and meant for programs; `detail` is for people and may change. New codes may be
  added: handle an unknown code by its status.
- `type` is always `about:blank`: the code identifies the error.
- `errors`, with status 422, lists the invalid fields and their messages; `body` stands for the
  whole body.
- `registration_opens_at`, with `registration_not_open`, is when registration opens.
- `registration_closes_at`, with `registration_closed`, is when registration closed.
- `error` and `error_description` are in errors of the login endpoint, for OAuth 2 clients (RFC 6749
  section 5.2).
- `request_id` identifies the request in the logs. Include it when you report a problem.

| status | code | meaning | what to do |
|---|---|---|---|
"""


def errors_page() -> str:
    """docs/errors.md."""
    rows = (
        f"| {entry.status or 'other'} | `{entry.code}` | {entry.meaning} | {entry.action} |\n"
        for entry in sorted(CATALOG, key=lambda entry: entry.status or 600)
    )
    return INTRODUCTION + "".join(rows)
