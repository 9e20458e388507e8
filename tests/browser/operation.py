"""One operation in Swagger UI, with Try it out."""

import json
from typing import Any, NamedTuple

from playwright.sync_api import Locator, expect


class DisplayedResponse(NamedTuple):
    """A response as the page shows it."""

    status: str
    text: str
    body: Any


class Operation:
    def __init__(self, block: Locator) -> None:
        self.block = block
        self.responses = block.locator(".responses-wrapper")
        self.live_response = block.locator(".live-responses-table")
        self.parameters = block.locator("tr[data-param-name]")
        self.body = block.locator("textarea.body-param__text")
        self.button = block.locator("button.execute")

    def name(self) -> tuple[str, str]:
        """Method and path."""
        path = self.block.locator(".opblock-summary-path").get_attribute("data-path")
        return self.block.locator(".opblock-summary-method").inner_text(), path

    def open(self) -> "Operation":
        self._toggle()
        expect(self.button).to_be_visible()
        method, path = self.name()
        # Parameters of the path are only shown once it is resolved.
        self.block.page.wait_for_function(
            "path => ui.specSelectors.specResolvedSubtree(path)",
            arg=["paths", path, method.lower()],
        )
        return self

    def close(self) -> None:
        self._toggle()
        expect(self.button).to_have_count(0)

    def _toggle(self) -> None:
        self.block.locator(".opblock-summary-control").click()

    def input(self, location: str, parameter: str) -> Locator:
        """The input of a parameter in the path, the query or the headers."""
        row = f"tr[data-param-in='{location}'][data-param-name='{parameter}']"
        return self.block.locator(row).locator("input, select, textarea")

    def change_body(self, **changes: Any) -> None:
        self.body.fill(json.dumps(json.loads(self.body.input_value()) | changes, indent=2))

    def execute(self) -> DisplayedResponse:
        """Press Execute and return the displayed response."""
        if self.live_response.count():  # clear the previous response first
            self.block.locator("button.btn-clear").click()
            expect(self.live_response).to_have_count(0)
        self.button.click()
        expect(self.live_response).to_be_visible()
        body = self.live_response.locator(".highlight-code code")
        return DisplayedResponse(
            status=self.live_response.locator("tbody .response-col_status").inner_text(),
            text=self.live_response.inner_text(),
            body=json.loads(body.inner_text()) if body.count() else None,
        )
