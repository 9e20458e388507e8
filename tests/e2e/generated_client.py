"""The client that openapi-python-client makes of the document, and people who use it."""

import subprocess
import sys
from http import HTTPStatus
from secrets import token_hex

PACKAGE = "turnout_client"
# The package as it is made: formatting it would change nothing that runs.
AS_IT_IS = "post_hooks: []\n"


def generate(base_url, folder):
    """The folder of a package, generated without a warning."""
    (folder / "config.yaml").write_text(AS_IT_IS)
    generator = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate"),
            *("--url", f"{base_url}/api/schema/"),
            *("--config", str(folder / "config.yaml")),
            *("--meta", "none", "--output-path", str(folder / PACKAGE), "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (generator.returncode, generator.stderr) == (0, ""), generator.stderr
    return folder / PACKAGE


class Person:
    """Someone who uses the API by the generated client alone."""

    def __init__(self, client, base_url, name):
        self._client, self._base_url = client, base_url
        self.username, self._password = f"{name}-{token_hex(6)}", token_hex(12)
        self.tokens = None

    def call(self, tag, operation, **arguments):
        options = {
            "base_url": self._base_url,
            "raise_on_unexpected_status": True,
            "verify_ssl": False,  # there is no TLS, and reading certificates takes long
        }
        if self.tokens is None:
            connection = self._client.Client(**options)
        else:
            token = self.tokens.access_token
            connection = self._client.AuthenticatedClient(token=token, **options)
        with connection as connected:
            return self._client.operation(tag, operation)(client=connected, **arguments)

    def joins(self):
        models = self._client.models
        signed_up = self.call(
            "accounts",
            "create_account",
            body=models.SignUp(username=self.username, password=self._password),
        )
        assert signed_up.status_code == HTTPStatus.CREATED
        assert signed_up.parsed.username == self.username
        credentials = models.LogIn(username=self.username, password=self._password)
        self.tokens = self.call("sessions", "create_token", body=credentials).parsed
        assert isinstance(self.tokens, models.TokenPair)
        return self
