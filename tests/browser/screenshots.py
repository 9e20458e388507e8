"""Screenshots of the page."""

from pathlib import Path

from playwright.sync_api import Locator

MARGIN_PX = 6


class Screenshots:
    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory

    def of_element(self, element: Locator, name: str) -> None:
        element.screenshot(path=self._path(name), animations="disabled")

    def of_span(self, top: Locator, bottom: Locator, name: str) -> None:
        """From the top of one element to the bottom of the other, as wide as the first."""
        page = top.page
        page.evaluate("scrollTo(0, 0)")  # boxes are relative to the window
        first, last = top.bounding_box(), bottom.bounding_box()
        height = last["y"] + last["height"] - first["y"] + MARGIN_PX
        page.screenshot(
            path=self._path(name),
            animations="disabled",
            full_page=True,
            clip=first | {"height": height},
        )

    def _path(self, name: str) -> Path:
        return self._directory / f"swagger-ui-{name}.png"
