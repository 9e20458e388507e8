"""Recreate the dump of release 0.1.0: .venv/bin/python -m tests.upgrades.make_dump

Its own code, checked out from the repository's history, fills a database over HTTP. The SQL loads
in PostgreSQL 15 and newer. The tokens expire within a day, so the tests set the clock back.
"""

import json
import re
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from entrypoints.embedded_postgres import BIN_DIR
from tests.postgres import a_database, a_server
from tests.processes import running_cli
from tests.sample_data import KEY

COMMIT = "6c90219"  # the last of 2026-11-24
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SQL, SNAPSHOT = HERE / "release_0_1_0.sql", HERE / "release_0_1_0.json"
PASSWORD = "correct horse battery"
# psql commands, settings that PostgreSQL 15 does not know, and comments.
IGNORED = re.compile(r"^(\\.*|SET transaction_timeout .*|--.*)\n", re.M)


@contextmanager
def old_release_checkout():
    """A checkout of 0.1.0, and a Python with its locked packages."""
    with TemporaryDirectory(prefix="turnout-0.1.0-") as folder:
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", folder, COMMIT], check=True)
        try:
            venv = Path(folder) / ".venv"
            subprocess.run([sys.executable, "-m", "venv", venv], check=True)
            install = [str(venv / "bin" / "pip"), "install", "-qq", "--require-hashes", "-r"]
            subprocess.run([*install, f"{folder}/requirements/service.txt"], check=True)
            yield Path(folder), venv / "bin" / "python"
        finally:
            subprocess.run([*git, "remove", "--force", folder], check=True)


class ApiUser:
    def __init__(self, base_url, name, **fields):
        self._account = {"username": name, "password": PASSWORD}
        self._http = httpx.Client(base_url=base_url)
        self.post("/v1/profile/signup/", self._account | fields)
        self.tokens = self.log_in()
        self._http.headers["Authorization"] = f"Bearer {self.tokens['access_token']}"

    def profile(self):
        return self._http.get("/v1/profile/").raise_for_status().json()

    def post(self, path, body=None):
        return self._http.post(path, json=body).raise_for_status()

    def log_in(self):
        return self.post("/v1/profile/token/", self._account).json()

    def publish(self, title, start, minutes, capacity=1000):
        body = {
            "title": title,
            "description": f"{title} with ada & grace: 50% off, über-tea ☕",
            "start_time": start.isoformat(),
            "end_time": (start + timedelta(minutes=minutes)).isoformat(),
            "capacity": capacity,
        }
        return self.post("/v1/events/", body).json()["id"]

    def attend(self, event):
        self.post(f"/v1/events/{event}/attend/")

    def delete_account(self):
        self._http.request("DELETE", "/v1/profile/", json={"password": PASSWORD}).raise_for_status()


def use_api(base_url):
    """Use the API as three users; return the ids and tokens they end up with."""
    start, one_day = datetime.now(UTC) + timedelta(seconds=3), datetime(2099, 5, 17, 16, tzinfo=UTC)
    ada = ApiUser(base_url, "ada", email="ada@example.org")
    grace = ApiUser(base_url, "Grace")
    deleted_user = ApiUser(base_url, "gone", email="gone@example.org")
    events = {
        "over": ada.publish("Morning tea", start, 10),
        "orphaned": deleted_user.publish("Nobody's breakfast", start, 5),
        "upcoming": ada.publish("Long walk", one_day, 120),
        "full": grace.publish("Chess for one", one_day + timedelta(days=1), 60, capacity=1),
    }
    seats = (
        (ada, ("over", "upcoming", "full")),
        (grace, ("over", "upcoming", "orphaned")),
        (deleted_user, ("over", "upcoming")),
    )
    for person, names in seats:
        for name in names:
            person.attend(events[name])
    while datetime.now(UTC) < start:  # past events keep their seats when an account is deleted
        time.sleep(0.1)
    deleted_user.delete_account()
    used_token = grace.log_in()["refresh_token"]
    grace.post("/v1/profile/token/refresh/", {"refresh_token": used_token})
    revoked_token = grace.log_in()["refresh_token"]
    grace.post("/v1/profile/token/revoke/", {"refresh_token": revoked_token})
    return {
        "made_at": datetime.now(UTC).isoformat(),
        "password": PASSWORD,
        "events": events,
        "access_token": ada.tokens["access_token"],
        "refresh_token": ada.tokens["refresh_token"],
        "spent_refresh_token": used_token,
        "revoked_refresh_token": revoked_token,
    }


def dump(url):
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    options = ["--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100"]
    pg_dump = [str(BIN_DIR / "pg_dump"), *options, f"--dbname={plain}"]
    output = subprocess.run(pg_dump, check=True, capture_output=True, text=True).stdout
    return re.sub(r"\n{2,}", "\n", IGNORED.sub("", output)).lstrip()


def main():
    with ExitStack() as stack:
        tree, python = stack.enter_context(old_release_checkout())
        url = stack.enter_context(a_database(stack.enter_context(a_server()), migrated=False))
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": KEY,
        }
        with running_cli(tree, "serve", "--migrate", python=python, **settings) as (_, base_url):
            snapshot = use_api(base_url)
        SQL.write_text(dump(url))
        SNAPSHOT.write_text(json.dumps(snapshot, indent=2) + "\n")


if __name__ == "__main__":
    main()
