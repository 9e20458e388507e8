"""A load balancer that sends requests to the instances in turn."""

from collections import Counter
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from threading import Thread
from urllib.parse import urlsplit

# Hop-by-hop headers, and those that this server sets itself.
NOT_FORWARDED = {
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
    "date",
    "server",
}


class Balancer:
    def __init__(self, base_url: str, request_counts: Counter) -> None:
        self.base_url = base_url
        self.request_counts = request_counts


def _handler(base_urls, request_counts: Counter):
    next_url = cycle(base_urls)  # in C: safe to share between threads

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            self.connections = {url: HTTPConnection(urlsplit(url).netloc) for url in base_urls}

        def finish(self) -> None:
            super().finish()
            for http in self.connections.values():
                http.close()

        def forward(self) -> None:
            base_url = next(next_url)
            request_counts[base_url] += 1
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            http = self.connections[base_url]
            http.request(self.command, self.path, body or None, dict(self.headers))
            response = http.getresponse()
            content = response.read()
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in NOT_FORWARDED:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = forward  # noqa: N815

        def log_message(self, *_) -> None:
            pass

    return Handler


@contextmanager
def a_balancer(*base_urls):
    request_counts: Counter = Counter()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(base_urls, request_counts)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Balancer(f"http://127.0.0.1:{server.server_port}", request_counts)
        finally:
            server.shutdown()
            thread.join()
