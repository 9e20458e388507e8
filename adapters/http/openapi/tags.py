"""The tags of the OpenAPI document, in the order of a user's journey."""

ACCOUNTS = "Accounts"
SESSIONS = "Sessions"
EVENTS = "Events"
ATTENDANCE = "Attendance"
CALENDARS = "Calendars"
WEBHOOKS = "Webhooks"
OPERATIONS = "Operations"

TAGS = [
    {"name": ACCOUNTS, "description": "Sign up and manage your account."},
    {"name": SESSIONS, "description": "Log in, refresh tokens, log out."},
    {"name": EVENTS, "description": "Publish, find, and manage events."},
    {"name": ATTENDANCE, "description": "Attend events, join waitlists, list attendees."},
    {"name": CALENDARS, "description": "See your events in a calendar app."},
    {"name": WEBHOOKS, "description": "Tell your systems what happens to your events."},
    {"name": OPERATIONS, "description": "Health checks."},
]
