"""Examples for the document."""

USER_ID = "01997a5e-7c00-7000-8000-000000000001"
CREDENTIALS = {"username": "ada", "password": "correct horse battery"}
SIGN_UP = CREDENTIALS | {"email": "ada@example.org"}
INVALID_SIGN_UP = {"password": ["This password is too common."]}
PROFILE = {
    "id": USER_ID,
    "username": "ada",
    "email": "ada@example.org",
    "email_verified": True,
    "notify_promotion": True,
    "notify_event_changes": True,
    "notify_reminder": True,
    "created_at": "2026-05-01T09:30:00Z",
}
TOKEN_PAIR = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.e30.access",
    "refresh_token": "eyJhbGciOiJIUzI1NiJ9.e30.refresh",
    "token_type": "Bearer",
    "expires_in": 3600,
    "refresh_expires_in": 86400,
}
PROFILE_CHANGES = {"email": "ada@example.org", "current_password": CREDENTIALS["password"]}
CONFIRMATION = {"password": CREDENTIALS["password"]}
NEW_PASSWORD = {
    "current_password": CREDENTIALS["password"],
    "new_password": "seven teas with grace",
}
SESSION_ID = "01997a5e-7c00-7000-8000-000000000003"
SESSION_PAGE = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [
        {
            "id": SESSION_ID,
            "created_at": "2026-05-01T09:30:00Z",
            "last_used_at": "2026-05-01T10:15:00Z",
            "user_agent": "curl/8.14.1",
            "ip": "192.0.2.7",
            "current": True,
        }
    ],
}
REFRESH = {"refresh_token": TOKEN_PAIR["refresh_token"]}
VERIFY = {"token": TOKEN_PAIR["access_token"]}
VERIFIED = {"token_type": "access", "user_id": USER_ID, "expires_at": "2026-05-01T10:30:00Z"}
NEW_PROFILE = PROFILE | {"email_verified": False}
MAIL_TOKEN = {"token": "t0kenT0kenT0kenT0kenT0kenT0kenT0kenT0kenT0k"}
RESET = {"email": PROFILE["email"]}
RESET_CONFIRMATION = MAIL_TOKEN | {"new_password": NEW_PASSWORD["new_password"]}
