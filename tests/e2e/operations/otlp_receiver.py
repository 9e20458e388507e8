"""A server that receives traces by OTLP over HTTP."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Receiver:
    def __init__(self, port):
        self.endpoint = f"http://127.0.0.1:{port}"
        self.paths = set()
        self.bodies = []

    def spans(self):
        """Each span with its attributes and its resource's attributes."""
        for body in list(self.bodies):
            for group in ExportTraceServiceRequest.FromString(body).resource_spans:
                resource = attributes(group.resource)
                for scope in group.scope_spans:
                    for span in scope.spans:
                        yield span, attributes(span), resource


def attributes(message):
    """Attribute values by name."""
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value")) for each in message.attributes
    }


@contextmanager
def a_receiver():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            receiver.paths.add(self.path)
            receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Do not log to the test output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server.server_port)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
