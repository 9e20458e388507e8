"""A client generated with openapi-python-client, and users of it."""

import subprocess
import sys
from http import HTTPStatus
from secrets import token_hex

PACKAGE = "turnout_client"
# Skip formatting, which changes nothing that runs.
CONFIG = "post_hooks: []\n"


def generate(base_url, folder):
    """Generate the package without warnings and return its folder."""
    (folder / "config.yaml").write_text(CONFIG)
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


class GeneratedClientUser:
    """A user who calls the API only through the generated client."""

    def __init__(self, client, base_url, name):
        self._client, self._base_url = client, base_url
        self.username, self._password = f"{name}-{token_hex(6)}", token_hex(12)
        self.tokens = None

    def call(self, tag, operation, **arguments):
        options = {
            "base_url": self._base_url,
            "raise_on_unexpected_status": True,
            "verify_ssl": False,  # no TLS; loading certificates takes long
        }
        if self.tokens is None:
            http_client = self._client.Client(**options)
        else:
            token = self.tokens.access_token
            http_client = self._client.AuthenticatedClient(token=token, **options)
        with http_client as client_in_use:
            return self._client.operation(tag, operation)(client=client_in_use, **arguments)

    def sign_up_and_log_in(self):
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
