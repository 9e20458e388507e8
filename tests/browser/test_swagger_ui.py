import json

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.swagger_ui import PATH

PASSWORD = "correct horse battery"
METHODS = ("get", "put", "post", "delete", "patch")


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                parameters = item.get("parameters", []) + item[method].get("parameters", [])
                yield method.upper(), path, parameters, item[method]


@pytest.fixture
def grace(service):
    """The username of an account."""
    body = {"username": "grace", "password": PASSWORD}
    assert httpx.post(f"{service}/v1/profile/signup/", json=body).status_code in (201, 409)
    return "grace"


def test_a_user_signs_up_creates_an_event_attends_it_and_logs_out(ui, screenshots):
    screenshots.of_span(ui.container, ui.sections.nth(1), "1-open")

    sign_up = ui.operation("createAccount").open()
    sign_up.change_body(username="ada")
    shown = sign_up.execute()
    assert (shown.status, shown.body["username"]) == ("201", "ada")
    screenshots.of_span(sign_up.block, sign_up.live_response, "2-sign-up")
    sign_up.close()

    ui.open_login_dialog()
    ui.fill_in_login("ada", PASSWORD)
    screenshots.of_element(ui.dialog, "3-log-in")
    ui.send_login()
    expect(ui.dialog).to_contain_text("Authorized")
    ui.close_login_dialog()

    create = ui.operation("createEvent").open()
    create.change_body(title="Tea in the garden")
    screenshots.of_span(create.block, create.button, "4-publish")
    shown = create.execute()
    assert (shown.status, shown.body["title"]) == ("201", "Tea in the garden")
    assert shown.body["is_attending"] is False
    screenshots.of_span(create.responses, create.live_response, "5-published")
    create.close()

    attend = ui.operation("attendEvent").open()
    attend.input("path", "event_id").fill(shown.body["id"])
    assert attend.execute().status == "204"
    screenshots.of_span(attend.block, attend.live_response, "6-attend")
    attend.close()

    show = ui.operation("getEvent").open()
    show.input("path", "event_id").fill(shown.body["id"])
    shown = show.execute()
    assert (shown.status, shown.body["title"]) == ("200", "Tea in the garden")
    assert (shown.body["is_attending"], shown.body["attendees_count"]) == (True, 1)
    screenshots.of_span(show.block, show.live_response, "7-see")

    ui.log_out()
    shown = show.execute()
    assert (shown.status, shown.body["code"]) == ("401", "not_authenticated")
    screenshots.of_span(show.block, show.live_response, "8-logged-out")


def test_operations_are_grouped_by_tag(ui, document):
    expected = {tag["name"]: set() for tag in document["tags"]}
    for method, path, _, operation in operations(document):
        for tag in operation["tags"]:
            expected[tag].add((method, path))

    assert ui.groups() == expected
    expect(ui.page).to_have_title("Turnout: Swagger UI")


def test_bodies_and_defaults_are_filled_in_and_nothing_else(ui, document):
    for _, _, parameters, operation in operations(document):
        displayed = ui.operation(operation["operationId"]).open()
        if "requestBody" in operation:
            example = operation["requestBody"]["content"]["application/json"]["example"]
            expect(displayed.body).to_have_value(json.dumps(example, indent=2, ensure_ascii=False))
        expect(displayed.parameters).to_have_count(len(parameters))
        for each in parameters:
            # An example would be sent by users who do not mean it.
            text = json.dumps(each["schema"].get("default", "")).strip('"')
            expect(displayed.input(each["in"], each["name"])).to_have_value(text)
        displayed.close()


def test_an_error_names_the_invalid_fields(ui, grace, screenshots):
    ui.log_in(grace, PASSWORD)
    create = ui.operation("createEvent").open()
    create.change_body(title=" ", capacity=0)

    shown = create.execute()

    assert shown.status == "422"
    assert set(shown.body["errors"]) == {"title", "capacity"}
    assert "The request is invalid. See `errors`." in shown.text
    assert "Undocumented" not in shown.text
    screenshots.of_span(create.responses, create.live_response, "9-errors")


def test_the_login_dialog_asks_only_for_username_and_password(ui):
    login = ui.open_login_dialog().locator(".auth-container", has_text="login (OAuth2, password)")

    assert login.locator("label:visible").all_inner_texts() == ["username:", "password:"]
    expect(login.locator("input:visible, select:visible")).to_have_count(2)
    expect(login.get_by_text("scopes").locator("visible=true")).to_have_count(0)


def test_the_login_dialog_shows_a_wrong_password(ui, grace):
    ui.open_login_dialog()
    ui.fill_in_login(grace, "wrong")
    ui.send_login()

    expect(ui.dialog.locator(".errors")).to_contain_text("Wrong username or password.")


def test_a_reload_ends_the_login_because_the_page_stores_nothing(ui, grace):
    def status_of_profile():
        return ui.operation("getProfile").open().execute().status

    ui.log_in(grace, PASSWORD)
    assert status_of_profile() == "200"
    assert ui.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert ui.page.context.cookies() == []

    ui.open()
    assert status_of_profile() == "401"


def test_injected_scripts_do_not_run(ui):
    outcome = ui.page.evaluate(
        """() => new Promise(resolve => {
            document.addEventListener("securitypolicyviolation", ({effectiveDirective}) =>
                resolve(`blocked by ${effectiveDirective}`), {once: true});
            window.resolve = resolve;
            const script = document.createElement("script");
            script.textContent = "resolve('has run')";
            document.body.append(script);
        })"""
    )

    assert outcome == "blocked by script-src-elem"
    [report] = ui.monitor.errors
    assert "Content Security Policy" in report
    ui.monitor.errors.clear()


def test_other_sites_cannot_embed_the_page(chromium, service):
    page = chromium.new_page()
    page.set_content(f'<iframe src="{service}{PATH}"></iframe>')
    page.wait_for_load_state("networkidle")

    [_, frame] = page.frames
    assert frame.url == "chrome-error://chromewebdata/"
    page.close()
