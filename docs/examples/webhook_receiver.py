"""Print the webhooks that arrive on this machine: webhook_receiver.py SECRET [PORT]"""

import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError


class Receiver(BaseHTTPRequestHandler):
    webhook: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            message = self.webhook.verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError) as error:
            print("Rejected:", error, flush=True)
            self.send_response(400)
        else:
            # The same message can arrive twice: a real receiver skips ids that it has seen.
            print(self.headers["webhook-id"], message["type"], message["data"], flush=True)
            self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print only messages."""


if __name__ == "__main__":
    secret, port = (*sys.argv[1:], "9000")[:2]
    Receiver.webhook = Webhook(secret)
    with HTTPServer(("127.0.0.1", int(port)), Receiver) as server, suppress(KeyboardInterrupt):
        print(f"Waiting for webhooks at http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()
