"""Swagger UI, used as a person uses it."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.operation import Operation
from tests.browser.page_monitor import PageMonitor

PATH = "/api/schema/swagger-ui/"


class SwaggerUi:
    def __init__(self, page: Page, monitor: PageMonitor) -> None:
        self.page = page
        self.monitor = monitor
        self.container = page.locator("#swagger-ui")
        self.sections = page.locator(".opblock-tag-section")
        self.dialog = page.locator(".modal-ux")

    def open(self) -> None:
        self.page.goto(PATH)
        expect(self.page.locator(".opblock").first).to_be_visible()

    def operation(self, operation_id: str) -> Operation:
        # The id of its element also names its tag.
        return Operation(self.page.locator(f".opblock[id$='-{operation_id}']"))

    def groups(self) -> dict[str, set[tuple[str, str]]]:
        """Methods and paths by tag heading."""
        return {
            section.locator(".opblock-tag").get_attribute("data-tag"): {
                Operation(block).name() for block in section.locator(".opblock").all()
            }
            for section in self.sections.all()
        }

    def open_login_dialog(self) -> Locator:
        """The dialog behind the Authorize button."""
        self.page.locator(".auth-wrapper .authorize").click()
        expect(self.dialog).to_be_visible()
        return self.dialog

    def close_login_dialog(self) -> None:
        self.dialog.locator(".close-modal").click()
        expect(self.dialog).to_have_count(0)

    def fill_in_login(self, username: str, password: str) -> None:
        self.dialog.get_by_label("username:").fill(username)
        self.dialog.get_by_label("password:").fill(password)

    def send_login(self) -> None:
        self.dialog.get_by_label("Apply given OAuth2 credentials").click()

    def log_in(self, username: str, password: str) -> None:
        self.open_login_dialog()
        self.fill_in_login(username, password)
        self.send_login()
        expect(self.dialog).to_contain_text("Authorized")
        self.close_login_dialog()

    def log_out(self) -> None:
        self.open_login_dialog().get_by_text("Logout").click()
        expect(self.dialog.get_by_label("username:")).to_be_visible()
        self.close_login_dialog()
