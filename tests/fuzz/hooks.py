"""Who schemathesis is, and the rules that no JSON Schema can tell it.

Fields are known by their names, wherever they are.
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
from tests.e2e.conformance import Document

CREDENTIALS = {"username": f"fuzzer-{secrets.token_hex(6)}", "password": secrets.token_urlsafe(24)}
# Leap years, in which every date exists; the example of an event is between them.
YEARS = {"start_time": "2096", "end_time": "2104"}
RULES = PasswordRules(COMMON_PASSWORDS)
# The cursors that the service gave, and the list in its order that each is of.
given = {}
# The idempotency keys that were sent.
used = set()


def is_protected(context):
    return bool(context.operation.definition.raw.get("security"))


@schemathesis.auth(refresh_interval=None).apply_to(is_protected)
class LoggedIn:
    """A user whose password nobody else knows; logs in anew when the token no longer works.

    schemathesis itself would do that in some phases, but not in the stateful one.
    """

    token = None

    def get(self, case, context):
        if LoggedIn.token is None:
            LoggedIn.token = logged_in(f"{context.operation.schema.get_base_url()}/v1/profile")
        return LoggedIn.token

    def set(self, case, token, context):
        case.headers["Authorization"] = f"Bearer {token}"


def logged_in(profile):
    """A new access token; at first for a new account."""
    login = requests.post(f"{profile}/token/", json=CREDENTIALS, timeout=30)
    if login.status_code == requests.codes.unauthorized:
        requests.post(f"{profile}/signup/", json=CREDENTIALS, timeout=30).raise_for_status()
        return logged_in(profile)
    login.raise_for_status()
    return login.json()["access_token"]


@schemathesis.hook
def after_call(context, case, response):
    """Learn from an answer: that the token is dead, one's own new name, a cursor."""
    sent = response.request.headers.get("Authorization")
    if response.status_code == requests.codes.unauthorized and sent == f"Bearer {LoggedIn.token}":
        LoggedIn.token = None
    answers = "application/json" in response.headers.get("content-type", ())
    if response.status_code == requests.codes.ok and answers and is_protected(context):
        answer = response.json()
        CREDENTIALS["username"] = answer.get("username", CREDENTIALS["username"])
        if "next_cursor" in answer:
            given[answer["next_cursor"]] = place_of_list(case)


@schemathesis.check
def documented_code(_context, response, case):
    """The operation documents the problem: `default`, which it has, admits any status."""
    if response.headers.get("content-type", [""])[0] != "application/problem+json":
        return
    code, status = response.json()["code"], str(response.status_code)
    document = Document(case.operation.schema.raw_schema)
    codes = document.codes(case.operation.definition.raw, status)
    # schemathesis also sends methods that the path does not have.
    assert code in codes | {"method_not_allowed"}, f"{status} {code} is not documented"


@schemathesis.hook
def map_case(context, case):
    """Let requests that are sound by the schema be sound by these rules, too."""
    is_sound = case.meta.generation.mode.is_positive
    if isinstance(case.body, dict):
        case.body = {name: with_year(name, value) for name, value in case.body.items()}
        if is_sound:
            case.body |= stronger_passwords(case.body)
    if is_sound and "cursor" in case.query:
        keep_to_known_cursors(case)
    if is_sound and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"  # any other would have to be the ETag of the moment
    if is_sound and KEY_HEADER in case.headers:
        use_a_new_key(case)
    return case


def with_year(name, value):
    """Times to come, the end after the start; what is no time is left alone."""
    if name in YEARS and isinstance(value, str) and RFC3339.fullmatch(value):
        try:
            datetime.fromisoformat(value.upper())
        except ValueError:
            return value
        return YEARS[name] + value[4:]
    return value


def stronger_passwords(body):
    """Longer passwords for those that are too easy to guess."""
    return {
        name: f"{body[name]} and three words"
        for name in ("password", "new_password")
        if name in body and is_too_easy(body[name], body.get("username", ""))
    }


def is_too_easy(password, username):
    try:
        RULES.check(Password(password), username, "password")
    except Invalid:
        return True
    return False


def use_a_new_key(case):
    """One that came before is refused with another body; with the same, an event that may be
    deleted since is told again."""
    if case.headers[KEY_HEADER].strip('"') in used:
        case.headers[KEY_HEADER] = f"key-{len(used)}"
    used.add(case.headers[KEY_HEADER].strip('"'))


def place_of_list(case):
    return case.operation.path, case.query.get("sort", "start_time")


def keep_to_known_cursors(case):
    """Only cursors of this list in this order, and without an offset."""
    dropped = "offset" if given.get(case.query["cursor"]) == place_of_list(case) else "cursor"
    case.query = {name: value for name, value in case.query.items() if name != dropped}
