"""Makes anew what release 0.1.0 left behind: .venv/bin/python -m tests.upgrades.make_dump

Its own code, checked out from the repository's history, fills a database over HTTP. The SQL loads
in PostgreSQL 15 and newer. Tokens die within a day, so the tests visit the hour when it was made.
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

from tests.postgres import a_database, a_server
from tests.processes import started
from tests.sample_data import KEY
from tests.torture.clusters import BINARIES

COMMIT = "6c90219"  # the last of 2026-11-24
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SQL, STORY = HERE / "release_0_1_0.sql", HERE / "release_0_1_0.json"
PASSWORD = "correct horse battery"
# What psql alone reads, what PostgreSQL 15 doesn't know yet, and what says nothing.
LEFT_OUT = re.compile(r"^(\\.*|SET transaction_timeout .*|--.*)\n", re.M)


@contextmanager
def the_release():
    """The tree of 0.1.0, and a Python with the packages that it locked."""
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


class Someone:
    def __init__(self, base_url, name, **others):
        self._account = {"username": name, "password": PASSWORD}
        self._http = httpx.Client(base_url=base_url)
        self.post("/v1/profile/signup/", self._account | others)
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

    def leaves(self):
        self._http.request("DELETE", "/v1/profile/", json={"password": PASSWORD}).raise_for_status()


def live(base_url):
    """People and what they do; tells what they still know afterwards."""
    soon, one_day = datetime.now(UTC) + timedelta(seconds=3), datetime(2099, 5, 17, 16, tzinfo=UTC)
    ada = Someone(base_url, "ada", email="ada@example.org")
    grace = Someone(base_url, "Grace")
    gone = Someone(base_url, "gone", email="gone@example.org")
    events = {
        "over": ada.publish("Morning tea", soon, 10),
        "orphaned": gone.publish("Nobody's breakfast", soon, 5),
        "upcoming": ada.publish("Long walk", one_day, 120),
        "full": grace.publish("Chess for one", one_day + timedelta(days=1), 60, capacity=1),
    }
    seats = (
        (ada, ("over", "upcoming", "full")),
        (grace, ("over", "upcoming", "orphaned")),
        (gone, ("over", "upcoming")),
    )
    for person, names in seats:
        for name in names:
            person.attend(events[name])
    while datetime.now(UTC) < soon:  # what is over keeps the seats, and the events, of who leaves
        time.sleep(0.1)
    gone.leaves()
    spent = grace.log_in()["refresh_token"]
    grace.post("/v1/profile/token/refresh/", {"refresh_token": spent})
    revoked = grace.log_in()["refresh_token"]
    grace.post("/v1/profile/token/revoke/", {"refresh_token": revoked})
    return {
        "made_at": datetime.now(UTC).isoformat(),
        "password": PASSWORD,
        "events": events,
        "access_token": ada.tokens["access_token"],
        "refresh_token": ada.tokens["refresh_token"],
        "spent_refresh_token": spent,
        "revoked_refresh_token": revoked,
    }


def dump(url):
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    options = ["--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100"]
    pg_dump = [str(BINARIES / "pg_dump"), *options, f"--dbname={plain}"]
    told = subprocess.run(pg_dump, check=True, capture_output=True, text=True).stdout
    return re.sub(r"\n{2,}", "\n", LEFT_OUT.sub("", told)).lstrip()


def main():
    with ExitStack() as stack:
        tree, python = stack.enter_context(the_release())
        url = stack.enter_context(a_database(stack.enter_context(a_server()), migrated=False))
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": KEY,
        }
        with started(tree, "serve", "--migrate", python=python, **settings) as (_, base_url):
            story = live(base_url)
        SQL.write_text(dump(url))
        STORY.write_text(json.dumps(story, indent=2) + "\n")


if __name__ == "__main__":
    main()
