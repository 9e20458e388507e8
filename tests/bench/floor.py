"""The fastest possible service to compare with: the same work in as little code as possible.

One psycopg2 connection per thread, one SQL statement per request, PyJWT and orjson. No sessions
that can be revoked, no validation, no error messages, no promotion from waitlists.
"""

import os
import secrets
import struct
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import local
from uuid import UUID

import jwt
import orjson
import psycopg2
import psycopg2.extras
import uuid_utils
from flask import Flask, Response, request

EVENT = """
    e.id, e.title, e.description, e.start_time, e.end_time, e.capacity, e.attendees_count,
    e.creator_id, u.username, e.created_at, e.updated_at, e.type, e.location, e.timezone, e.state,
    e.visibility, e.attendees_visible_to, e.registration_opens_at, e.registration_closes_at,
    e.published_at, e.cancelled_at, e.cancellation_reason, EXISTS (
        SELECT FROM attendances a WHERE a.event_id = e.id AND a.user_id = %(user_id)s
    ) AS is_attending, e.waitlist_enabled, e.waitlist_count, CASE WHEN e.waitlist_count > 0
    THEN waitlist_position(e.id, %(user_id)s) END AS waitlist_position
"""
HIDDEN = """
    (state = 'draft' OR visibility = 'unlisted') AND creator_id <> %(user_id)s
    AND NOT EXISTS (SELECT FROM attendances WHERE event_id = id AND user_id = %(user_id)s)
    AND id <> ALL ((SELECT events_waited_for(%(user_id)s, now()))::uuid[])
"""
PAGE = f"""
    {EVENT} FROM (
        SELECT * FROM events WHERE start_time > %(now)s AND NOT ({HIDDEN})
        ORDER BY start_time, id LIMIT %(limit)s OFFSET %(offset)s
    ) e JOIN users u ON u.id = e.creator_id
    ORDER BY e.start_time, e.id
"""
COUNT = "SELECT count(*) FROM events WHERE start_time > %(now)s"
COUNTED = f"SELECT ({COUNT}) - ({COUNT} AND {HIDDEN}) AS count, {PAGE}"
UNCOUNTED = f"SELECT NULL AS count, {PAGE}"
DETAIL = f"""
    SELECT {EVENT} FROM events e JOIN users u ON u.id = e.creator_id
    WHERE e.id = %(id)s AND (e.state <> 'draft' OR e.creator_id = %(user_id)s)
"""
CREATE = f"""
    WITH e AS (
        INSERT INTO events (id, creator_id, title, description, start_time, end_time, capacity,
                            attendees_count, created_at, updated_at, type, location)
        VALUES (%(id)s, %(user_id)s, %(title)s, %(description)s, %(start_time)s, %(end_time)s,
                %(capacity)s, 0, %(now)s, %(now)s, %(type)s, %(location)s)
        RETURNING *
    ) SELECT {EVENT} FROM e JOIN users u ON u.id = e.creator_id
"""
ATTEND = """
    WITH seat AS (
        INSERT INTO attendances (event_id, user_id, registered_at)
        SELECT id, %(user_id)s, %(now)s FROM events
        WHERE id = %(id)s AND start_time > %(now)s AND attendees_count < capacity
            AND state = 'published'
            AND (registration_opens_at IS NULL OR registration_opens_at <= %(now)s)
            AND (registration_closes_at IS NULL OR registration_closes_at > %(now)s)
        ON CONFLICT DO NOTHING RETURNING event_id
    )
    UPDATE events SET attendees_count = attendees_count + 1 FROM seat WHERE id = event_id
"""
CANCEL = """
    WITH seat AS (
        DELETE FROM attendances a USING events e
        WHERE e.id = %(id)s AND e.start_time > %(now)s AND event_id = e.id AND user_id = %(user_id)s
        RETURNING event_id
    )
    UPDATE events SET attendees_count = attendees_count - 1 FROM seat WHERE id = event_id
"""
HAS_SEAT = "SELECT FROM attendances WHERE event_id = %(id)s AND user_id = %(user_id)s"
REFRESH = """
    UPDATE sessions SET refresh_token_hash = %(new)s, last_used_at = %(now)s, expires_at = %(end)s
    WHERE id = %(sid)s AND refresh_token_hash = %(old)s AND expires_at > %(now)s
      AND revoked_at IS NULL
"""
KEY = os.environ["JWT_SECRET_KEY"]
PER_THREAD = local()


def execute(statement, **values):
    if not hasattr(PER_THREAD, "connection"):
        PER_THREAD.connection = psycopg2.connect(
            os.environ["DATABASE_URL"], options="-ctimezone=UTC"
        )
        PER_THREAD.connection.autocommit = True
    cursor = PER_THREAD.connection.cursor(cursor_factory=psycopg2.extras.NamedTupleCursor)
    cursor.execute(statement, {"now": datetime.now(UTC), **values})
    return cursor


def claims(token):
    return jwt.decode(token, KEY, algorithms=["HS256"], audience="turnout", issuer="turnout")


def user_id():
    return claims(request.headers["Authorization"].removeprefix("Bearer "))["sub"]


def as_json(body, status=200):
    text = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    return Response(text, status, content_type="application/json")


def event(row):
    now = datetime.now(UTC)
    has_waitlist = row.state == "published" and now < row.start_time
    return {
        "id": row.id,
        "status": "upcoming"
        if now < row.start_time
        else "ongoing"
        if now < row.end_time
        else "past",
        "attendees_count": row.attendees_count,
        "waitlist_enabled": row.waitlist_enabled,
        "waitlist_count": row.waitlist_count if has_waitlist else 0,
        "seats_left": row.capacity - row.attendees_count,
        "is_attending": row.is_attending,
        "waitlist_position": row.waitlist_position if has_waitlist else None,
        "creator": {"id": row.creator_id, "username": row.username},
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "title": row.title,
        "description": row.description,
        "start_time": row.start_time,
        "end_time": row.end_time,
        "capacity": row.capacity,
        "type": row.type,
        "location": row.location,
        "timezone": row.timezone,
        "state": row.state,
        "visibility": row.visibility,
        "attendees_visible_to": row.attendees_visible_to,
        "registration_opens_at": row.registration_opens_at,
        "registration_closes_at": row.registration_closes_at,
        "published_at": row.published_at or (None if row.state == "draft" else row.created_at),
        "cancelled_at": row.cancelled_at,
        "cancellation_reason": row.cancellation_reason,
    }


def cursor(row):
    position = struct.pack(">q", int(row.start_time.timestamp() * 1e6)) + UUID(row.id).bytes
    return urlsafe_b64encode(position + b"start_time").decode().rstrip("=")


def create_app():
    app = Flask("floor", static_folder=None)

    @app.get("/v1/events/")
    def get_events():
        limit, offset = int(request.args["limit"]), int(request.args.get("offset", 0))
        # One more than the page, to know whether there is a next page.
        page = COUNTED if request.args.get("count") != "false" else UNCOUNTED
        found = execute(page, user_id=user_id(), limit=limit + 1, offset=offset).fetchall()
        rows = found[:limit]
        has_next = len(found) > limit
        next_url = f"{request.base_url}?status=upcoming&limit={limit}&offset={offset + limit}"
        return as_json(
            {
                "count": rows[0].count if rows else None,
                "next": next_url if has_next else None,
                "previous": None,
                "next_cursor": cursor(rows[-1]) if has_next else None,
                "results": [event(row) for row in rows],
            }
        )

    @app.get("/v1/events/<event_id>/")
    def get_event(event_id):
        row = execute(DETAIL, user_id=user_id(), id=event_id).fetchone()
        return as_json(event(row)) if row else as_json(None, 404)

    @app.post("/v1/events/")
    def create_event():
        body = orjson.loads(request.data)
        row = execute(CREATE, user_id=user_id(), id=str(uuid_utils.uuid7()), **body).fetchone()
        return as_json(event(row), 201)

    @app.post("/v1/events/<event_id>/attend/")
    def attend(event_id):
        user = user_id()
        try:
            if execute(ATTEND, user_id=user, id=event_id).rowcount:
                return Response(status=204)
        except psycopg2.errors.CheckViolation:  # the last seat went to someone else
            return as_json(None, 409)
        has_seat = execute(HAS_SEAT, user_id=user, id=event_id).rowcount
        return Response(status=204) if has_seat else as_json(None, 409)

    @app.post("/v1/events/<event_id>/cancel/")
    def cancel(event_id):
        user = user_id()
        if execute(CANCEL, user_id=user, id=event_id).rowcount:
            return Response(status=204)
        has_seat = execute(HAS_SEAT, user_id=user, id=event_id).rowcount
        return as_json(None, 409) if has_seat else Response(status=204)

    @app.post("/v1/profile/token/refresh/")
    def refresh():
        token = orjson.loads(request.data)["refresh_token"]
        claims_of_token, now = claims(token), datetime.now(UTC)

        def issue(kind, lifetime):
            return jwt.encode(
                claims_of_token
                | {
                    "type": kind,
                    "jti": secrets.token_hex(16),
                    "iat": now,
                    "nbf": now,
                    "exp": now + lifetime,
                },
                KEY,
            )

        access, new_token = (
            issue("access", timedelta(hours=1)),
            issue("refresh", timedelta(days=1)),
        )
        cursor = execute(
            REFRESH,
            sid=claims_of_token["sid"],
            old=sha256(token.encode()).digest(),
            new=sha256(new_token.encode()).digest(),
            end=now + timedelta(days=1),
        )
        if not cursor.rowcount:
            return as_json(None, 401)
        return as_json(
            {
                "access_token": access,
                "refresh_token": new_token,
                "token_type": "Bearer",
                "expires_in": 3600,
                "refresh_expires_in": 86400,
            }
        )

    return app
