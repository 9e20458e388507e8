"""The links in the document lead from a response to the next requests."""

import re

import pytest


def operations(document):
    """Paths and operations by operation id."""
    return {
        operation["operationId"]: (path, operation)
        for path, methods in document.spec["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def links(document):
    for name, (_, operation) in operations(document).items():
        for status, response in operation["responses"].items():
            for link in response.get("links", {}).values():
                yield f"{name} {status} to {link['operationId']}", link


def parameters_of(document, path, operation):
    path_parameters = document.spec["paths"][path].get("parameters", [])
    return {each["name"] for each in [*path_parameters, *operation.get("parameters", [])]}


def body_fields(document, operation):
    [schema] = {
        media["schema"]["$ref"]
        for media_type, media in operation["requestBody"]["content"].items()
        if media_type == "application/json"
    }
    return document.spec["components"]["schemas"][schema.rpartition("/")[2]]["properties"]


def test_links_only_pass_parameters_that_the_operation_has(document):
    by_id = operations(document)

    for link_name, link in links(document):
        path, operation = by_id[link["operationId"]]
        assert link.get("parameters", {}).keys() <= parameters_of(document, path, operation), (
            link_name
        )
        if "requestBody" in link:
            assert link["requestBody"].keys() <= body_fields(document, operation).keys(), link_name


def resolve(body, expression):
    """The value of an expression like `$response.body#/a/0/b`."""
    value = body
    for step in re.fullmatch(r"\$response\.body#/(.+)", expression)[1].split("/"):
        value = value[int(step) if isinstance(value, list) else step]
    return value


@pytest.mark.parametrize(
    "operation_id", ["createEvent", "listEvents", "listAttendees", "listSessions"]
)
def test_ids_in_links_belong_to_existing_resources(document, ada, operation_id):
    event = ada.new_event()
    ada.attend(event)
    response = {
        "createEvent": ada.create_event,
        "listEvents": lambda: ada.get("/v1/events/"),
        "listAttendees": lambda: ada.get(f"{event}attendees/"),
        "listSessions": lambda: ada.get("/v1/profile/sessions/"),
    }[operation_id]()
    documented_response = operations(document)[operation_id][1]["responses"][
        str(response.status_code)
    ]
    ids = {
        (link["operationId"], name): resolve(response.json(), expression)
        for link in documented_response["links"].values()
        for name, expression in link["parameters"].items()
        if name.endswith("_id") and expression.startswith("$response")
    }

    assert ids
    for (operation_name, name), value in ids.items():
        path, _ = operations(document)[operation_name]
        if "get" in document.spec["paths"][path]:
            assert ada.get(path.replace(f"{{{name}}}", value)).status_code == 200
