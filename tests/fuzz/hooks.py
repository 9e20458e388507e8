"""Authentication for schemathesis, and rules that JSON Schema cannot express.

Fields are recognized by their names.
"""

import secrets
from datetime import datetime

import requests
import schemathesis

from adapters.http.requests.fields import RFC3339
from adapters.http.requests.idempotency_key import KEY_HEADER
from adapters.security.common_passwords import COMMON_PASSWORDS
from domain.accounts.credentials import Password, PasswordRules
from domain.errors import Invalid
from domain.events.description import TITLE_MAX_LENGTH
from domain.events.search import SEARCH_MAX_LENGTH, Search
from domain.events.time_zone import time_zone_names
from domain.text import BIDI_CONTROL, require_line
from domain.webhooks.webhook import WebhookUrl
from tests.e2e.conformance import Document


def new_username():
    return f"fuzzer-{secrets.token_hex(6)}"


CREDENTIALS = {"username": new_username(), "password": secrets.token_urlsafe(24)}
# Leap years, in which every date exists. The documented example event is in 2099.
YEARS = {
    "registration_opens_at": "2088",
    "registration_closes_at": "2092",
    "start_time": "2096",
    "end_time": "2104",
}
WEBHOOK = {"url": "https://hooks.example.org/"}
RULES = PasswordRules(COMMON_PASSWORDS)
# Cursors from the service, with the list and order of each.
known_cursors = {}
# For each operation that few events allow: an event of the current user that allows it.
own_events = {}
OWN_EVENT_OPERATIONS = {
    *("replaceEvent", "updateEvent", "deleteEvent"),
    *("publishEvent", "callOffEvent", "removeAttendee"),
    *("joinWaitlist", "listWaitlist"),
}
# Idempotency keys that were sent.
used_keys = set()


def is_protected(context):
    return bool(context.operation.definition.raw.get("security"))


@schemathesis.auth(refresh_interval=None).apply_to(is_protected)
class LogIn:
    """Logs in as one user, again whenever the token stops working.

    schemathesis itself does that in some phases, but not in the stateful one.
    """

    token = None

    def get(self, case, context):
        if LogIn.token is None:
            LogIn.token = log_in(f"{context.operation.schema.get_base_url()}/v1/profile")
        return LogIn.token

    def set(self, case, token, context):
        case.headers["Authorization"] = f"Bearer {token}"


def log_in(profile):
    """A new access token; signs up first if needed."""
    login = requests.post(f"{profile}/token/", json=CREDENTIALS, timeout=30)
    if login.status_code == requests.codes.too_many_requests:
        # Fuzzed logins sent wrong passwords: another user need not wait.
        CREDENTIALS["username"] = new_username()
        own_events.clear()
        return log_in(profile)
    if login.status_code == requests.codes.unauthorized:
        requests.post(f"{profile}/signup/", json=CREDENTIALS, timeout=30).raise_for_status()
        return log_in(profile)
    login.raise_for_status()
    return login.json()["access_token"]


@schemathesis.hook
def after_call(context, case, response):
    """Learn from the response: an invalid token, a new username, a cursor."""
    sent = response.request.headers.get("Authorization")
    if response.status_code == requests.codes.unauthorized and sent == f"Bearer {LogIn.token}":
        LogIn.token = None
    if response.status_code == requests.codes.no_content and operation_id(case) == "deleteEvent":
        own_events.pop("deleteEvent", None)
    is_json = "application/json" in response.headers.get("content-type", ())
    if response.status_code == requests.codes.ok and is_json and is_protected(context):
        body = response.json()
        CREDENTIALS["username"] = body.get("username", CREDENTIALS["username"])
        if "next_cursor" in body:
            known_cursors[body["next_cursor"]] = list_of(case)


@schemathesis.check
def documented_code(_context, response, case):
    """The operation documents the code. Its `default` response allows any status."""
    if response.headers.get("content-type", [""])[0] != "application/problem+json":
        return
    code, status = response.json()["code"], str(response.status_code)
    document = Document(case.operation.schema.raw_schema)
    codes = document.codes(case.operation.definition.raw, status)
    # schemathesis also sends methods that the path does not have.
    assert code in codes | {"method_not_allowed"}, f"{status} {code} is not documented"


@schemathesis.hook
def map_case(context, case):
    """Make requests that are valid by the schema valid by these rules, too."""
    is_valid = case.meta.generation.mode.is_positive
    if isinstance(case.body, dict):
        case.body = {name: with_year(name, value) for name, value in case.body.items()}
        if is_valid:
            case.body |= stronger_passwords(case.body) | accepted_lines(case.body)
            if case.body.get("url") and not is_webhook_url(case.body["url"]):
                case.body |= WEBHOOK
            if operation_id(case) == "updateProfile" and "email" in case.body:
                case.body["current_password"] = CREDENTIALS["password"]
            if "timezone" in case.body and case.body["timezone"] not in time_zone_names():
                case.body["timezone"] = "Europe/London"
    if is_valid and "cursor" in case.query:
        use_known_cursor(case)
    if is_valid and "search" in case.query:
        case.query["search"] = with_terms(case.query["search"])
    if "If-Match" in case.headers:  # always valid by the schema
        case.headers["If-Match"] = "*"  # any other value would have to be the current ETag
    if is_valid and KEY_HEADER in case.headers:
        use_a_new_key(case)
    # In stateful tests, links provide the id.
    is_fuzzing = is_valid and case.meta.phase.name == "fuzzing"
    if is_fuzzing and operation_id(case) in OWN_EVENT_OPERATIONS:
        use_own_event(case)
    if is_fuzzing and "webhook_id" in case.path_parameters:
        use_own_webhook(case)
    return case


def with_year(name, value):
    """Move times into the future, with the end after the start."""
    if name in YEARS and isinstance(value, str) and RFC3339.fullmatch(value):
        try:
            datetime.fromisoformat(value.upper())
        except ValueError:
            return value
        return YEARS[name] + value[4:]
    return value


def stronger_passwords(body):
    """Replacements for passwords that are too easy to guess."""
    return {
        name: f"{body[name]} and three words"
        for name in ("password", "new_password")
        if name in body and is_too_easy(body[name], body.get("username", ""))
    }


def accepted_lines(body):
    """Replacements for lines of text that break a rule which no pattern can express."""
    lines = {name: body[name] for name in ("title", "location") if body.get(name, "").strip()}
    return {
        name: f"Tea {BIDI_CONTROL.sub('', text)}"[:TITLE_MAX_LENGTH].rstrip()
        for name, text in lines.items()
        if not is_accepted(text.strip())
    }


def is_accepted(text):
    try:
        require_line("title", text)
    except Invalid:
        return False
    return True


def is_webhook_url(text):
    try:
        WebhookUrl(text)
    except Invalid:
        return False
    return True


def with_terms(search):
    """A search that is not just punctuation."""
    try:
        Search.of(search)
    except Invalid:
        return f"tea {search}"[:SEARCH_MAX_LENGTH]
    return search


def is_too_easy(password, username):
    try:
        RULES.check(Password(password), username, "password")
    except Invalid:
        return True
    return False


def use_a_new_key(case):
    """A repeated key is rejected with another body; with the same body, it returns the first
    response, whose event may have been deleted."""
    if case.headers[KEY_HEADER].strip('"') in used_keys:
        case.headers[KEY_HEADER] = f"key-{len(used_keys)}"
    used_keys.add(case.headers[KEY_HEADER].strip('"'))


def operation_id(case):
    return case.operation.definition.raw.get("operationId")


def use_own_event(case):
    """Other events mostly belong to other users or are deleted."""
    operation, base_url = operation_id(case), case.operation.schema.get_base_url()
    if operation not in own_events and LogIn.token is not None:
        body = {
            "title": "Tea",
            "start_time": f"{YEARS['start_time']}-05-17T18:00:00Z",
            "end_time": f"{YEARS['end_time']}-05-17T18:00:00Z",
            "capacity": 1,
            "state": "draft" if operation == "publishEvent" else "published",
        }
        created = send("POST", f"{base_url}/v1/events/", LogIn.token, json=body)
        if created.status_code == requests.codes.created:
            own_events[operation] = created.json()["id"]
            if operation == "joinWaitlist":
                attend(base_url, own_events[operation], token_of_another_user(base_url))
    if operation in own_events:
        case.path_parameters["event_id"] = own_events[operation]
        if operation == "removeAttendee":
            attend(base_url, own_events[operation], LogIn.token)
            profile = send("GET", f"{base_url}/v1/profile/", LogIn.token)
            case.path_parameters["user_id"] = profile.json().get("id")


def use_own_webhook(case):
    webhooks = f"{case.operation.schema.get_base_url()}/v1/webhooks/"
    listed = send("GET", webhooks, LogIn.token).json().get("results")
    webhook = listed[0] if listed else send("POST", webhooks, LogIn.token, json=WEBHOOK).json()
    case.path_parameters["webhook_id"] = webhook.get("id", case.path_parameters["webhook_id"])


def attend(base_url, event_id, token):
    send("POST", f"{base_url}/v1/events/{event_id}/attend/", token)


def token_of_another_user(base_url):
    credentials = CREDENTIALS | {"username": new_username()}
    for path in ("signup", "token"):
        response = requests.post(f"{base_url}/v1/profile/{path}/", json=credentials, timeout=30)
        response.raise_for_status()
    return response.json()["access_token"]


def send(method, url, token, **arguments):
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request(method, url, headers=headers, timeout=30, **arguments)


def list_of(case):
    return case.operation.path, case.query.get("sort", "start_time")


def use_known_cursor(case):
    """Only send cursors of this list and order, without an offset."""
    dropped = "offset" if known_cursors.get(case.query["cursor"]) == list_of(case) else "cursor"
    case.query = {name: value for name, value in case.query.items() if name != dropped}
