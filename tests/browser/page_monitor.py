"""What a page does that its reader does not see."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Route

API = "/v1/"


class Watch:
    """Lets the pages of a context reach one host alone, and notes what goes wrong in them."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.strays: list[str] = []
        self.complaints: list[str] = []
        self._host = urlsplit(host).netloc
        context.route("**/*", self._refuse_strays)
        context.on("console", self._note)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _refuse_strays(self, route: Route) -> None:
        if urlsplit(route.request.url).netloc == self._host:
            route.continue_()
        else:
            self.strays.append(route.request.url)
            route.abort()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # Chromium counts every answer from 400 on as an error; those of the API are for the reader.
        is_answer = message.text.startswith("Failed to load resource: the server responded")
        if not (is_answer and urlsplit(message.location["url"]).path.startswith(API)):
            self.complaints.append(message.text)
