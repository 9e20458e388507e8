"""Records requests to other hosts, and errors, of a page."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Route

API = "/v1/"


class PageMonitor:
    """Limits the pages of a browser context to one host, and records their errors."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.external_requests: list[str] = []
        self.errors: list[str] = []
        self._host = urlsplit(host).netloc
        context.route("**/*", self._block_external)
        context.on("console", self._record_message)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def _block_external(self, route: Route) -> None:
        if urlsplit(route.request.url).netloc == self._host:
            route.continue_()
        else:
            self.external_requests.append(route.request.url)
            route.abort()

    def _record_message(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # Chromium logs every response of 400 or more as an error; those of the API are expected.
        is_http_error = message.text.startswith("Failed to load resource: the server responded")
        if not (is_http_error and urlsplit(message.location["url"]).path.startswith(API)):
            self.errors.append(message.text)
