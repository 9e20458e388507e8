"""One operation on the page, with its Try it out."""

import json
from typing import Any, NamedTuple

from playwright.sync_api import Locator, expect


class Shown(NamedTuple):
    """An answer as the page shows it."""

    status: str
    text: str
    body: Any


class Operation:
    def __init__(self, block: Locator) -> None:
        self.block = block
        self.responses = block.locator(".responses-wrapper")
        self.answer = block.locator(".live-responses-table")
        self.parameters = block.locator("tr[data-param-name]")
        self.body = block.locator("textarea.body-param__text")
        self.button = block.locator("button.execute")

    def name(self) -> tuple[str, str]:
        """Its method and path."""
        path = self.block.locator(".opblock-summary-path").get_attribute("data-path")
        return self.block.locator(".opblock-summary-method").inner_text(), path

    def open(self) -> "Operation":
        self._toggle()
        expect(self.button).to_be_visible()
        method, path = self.name()
        # What the path has for all its methods is there only then.
        self.block.page.wait_for_function(
            "place => ui.specSelectors.specResolvedSubtree(place)",
            arg=["paths", path, method.lower()],
        )
        return self

    def close(self) -> None:
        self._toggle()
        expect(self.button).to_have_count(0)

    def _toggle(self) -> None:
        self.block.locator(".opblock-summary-control").click()

    def input(self, place: str, parameter: str) -> Locator:
        """Where a parameter of the path, the query or the headers is filled in."""
        row = f"tr[data-param-in='{place}'][data-param-name='{parameter}']"
        return self.block.locator(row).locator("input, select, textarea")

    def change_body(self, **changes: Any) -> None:
        self.body.fill(json.dumps(json.loads(self.body.input_value()) | changes, indent=2))

    def execute(self) -> Shown:
        """Press Execute: what is shown then."""
        if self.answer.count():  # lest it be taken for the next one
            self.block.locator("button.btn-clear").click()
            expect(self.answer).to_have_count(0)
        self.button.click()
        expect(self.answer).to_be_visible()
        body = self.answer.locator(".highlight-code code")
        return Shown(
            status=self.answer.locator("tbody .response-col_status").inner_text(),
            text=self.answer.inner_text(),
            body=json.loads(body.inner_text()) if body.count() else None,
        )
