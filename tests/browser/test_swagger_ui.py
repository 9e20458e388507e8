import json

import httpx
import pytest
from playwright.sync_api import expect

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
    """The name of someone with an account."""
    body = {"username": "grace", "password": PASSWORD}
    assert httpx.post(f"{service}/v1/profile/signup/", json=body).status_code in (201, 409)
    return "grace"


def test_a_person_joins_publishes_an_event_takes_a_seat_and_leaves(ui, pictures):
    pictures.of_span(ui.all, ui.sections.nth(1), "1-open")

    sign_up = ui.operation("createAccount").open()
    sign_up.change_body(username="ada")
    shown = sign_up.execute()
    assert (shown.status, shown.body["username"]) == ("201", "ada")
    pictures.of_span(sign_up.block, sign_up.answer, "2-sign-up")
    sign_up.close()

    ui.open_box()
    ui.fill_in_login("ada", PASSWORD)
    pictures.of_element(ui.box, "3-log-in")
    ui.send_login()
    expect(ui.box).to_contain_text("Authorized")
    ui.close_box()

    create = ui.operation("createEvent").open()
    create.change_body(title="Tea in the garden")
    pictures.of_span(create.block, create.button, "4-publish")
    shown = create.execute()
    assert (shown.status, shown.body["title"]) == ("201", "Tea in the garden")
    assert shown.body["is_attending"] is False
    pictures.of_span(create.responses, create.answer, "5-published")
    create.close()

    attend = ui.operation("attendEvent").open()
    attend.input("path", "event_id").fill(shown.body["id"])
    assert attend.execute().status == "204"
    pictures.of_span(attend.block, attend.answer, "6-attend")
    attend.close()

    show = ui.operation("getEvent").open()
    show.input("path", "event_id").fill(shown.body["id"])
    shown = show.execute()
    assert (shown.status, shown.body["title"]) == ("200", "Tea in the garden")
    assert (shown.body["is_attending"], shown.body["attendees_count"]) == (True, 1)
    pictures.of_span(show.block, show.answer, "7-see")

    ui.log_out()
    shown = show.execute()
    assert (shown.status, shown.body["code"]) == ("401", "not_authenticated")
    pictures.of_span(show.block, show.answer, "8-logged-out")


def test_operations_stand_below_the_headings_of_their_tags(ui, document):
    expected = {tag["name"]: set() for tag in document["tags"]}
    for method, path, _, operation in operations(document):
        for tag in operation["tags"]:
            expected[tag].add((method, path))

    assert ui.groups() == expected
    expect(ui.page).to_have_title("Turnout: Swagger UI")


def test_bodies_and_defaults_are_filled_in_and_nothing_else(ui, document):
    for _, _, parameters, operation in operations(document):
        on_page = ui.operation(operation["operationId"]).open()
        if "requestBody" in operation:
            example = operation["requestBody"]["content"]["application/json"]["example"]
            expect(on_page.body).to_have_value(json.dumps(example, indent=2, ensure_ascii=False))
        expect(on_page.parameters).to_have_count(len(parameters))
        for each in parameters:
            # An example would be sent by users who do not mean it.
            text = json.dumps(each["schema"].get("default", "")).strip('"')
            expect(on_page.input(each["in"], each["name"])).to_have_value(text)
        on_page.close()


def test_a_refusal_says_what_is_wrong_and_where(ui, grace, pictures):
    ui.log_in(grace, PASSWORD)
    create = ui.operation("createEvent").open()
    create.change_body(title=" ", capacity=0)

    shown = create.execute()

    assert shown.status == "422"
    assert set(shown.body["errors"]) == {"title", "capacity"}
    assert "The request is invalid. See `errors`." in shown.text
    assert "Undocumented" not in shown.text
    pictures.of_span(create.responses, create.answer, "9-refused")


def test_the_login_box_asks_for_username_and_password_alone(ui):
    login = ui.open_box().locator(".auth-container", has_text="login (OAuth2, password)")

    assert login.locator("label:visible").all_inner_texts() == ["username:", "password:"]
    expect(login.locator("input:visible, select:visible")).to_have_count(2)
    expect(login.get_by_text("scopes").locator("visible=true")).to_have_count(0)


def test_a_wrong_password_is_told_in_the_login_box(ui, grace):
    ui.open_box()
    ui.fill_in_login(grace, "wrong")
    ui.send_login()

    expect(ui.box.locator(".errors")).to_contain_text("Wrong username or password.")


def test_a_login_outlives_a_reload_and_ends_with_logout(ui, grace):
    def status_of_profile():
        return ui.operation("getProfile").open().execute().status

    ui.log_in(grace, PASSWORD)
    ui.open()
    assert status_of_profile() == "200"

    ui.log_out()
    ui.open()
    assert status_of_profile() == "401"
