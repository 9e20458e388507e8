"""The links in the document lead from an answer to what can be asked next."""

import re

import pytest


def operations(document):
    """Every operation by its id, with the path that it is at."""
    return {
        operation["operationId"]: (path, operation)
        for path, methods in document.document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def links(document):
    for name, (_, operation) in operations(document).items():
        for status, answer in operation["responses"].items():
            for link in answer.get("links", {}).values():
                yield f"{name} {status} to {link['operationId']}", link


def parameters_of(document, path, operation):
    of_path = document.document["paths"][path].get("parameters", [])
    return {each["name"] for each in [*of_path, *operation.get("parameters", [])]}


def members_of_body(document, operation):
    [schema] = {
        media["schema"]["$ref"]
        for media_type, media in operation["requestBody"]["content"].items()
        if media_type == "application/json"
    }
    return document.document["components"]["schemas"][schema.rpartition("/")[2]]["properties"]


def test_every_link_gives_what_its_operation_takes(document):
    known = operations(document)

    for place, link in links(document):
        path, operation = known[link["operationId"]]
        assert link.get("parameters", {}).keys() <= parameters_of(document, path, operation), place
        if "requestBody" in link:
            assert link["requestBody"].keys() <= members_of_body(document, operation).keys(), place


def value_in(body, expression):
    """What `$response.body#/a/0/b` is in the body of an answer."""
    value = body
    for step in re.fullmatch(r"\$response\.body#/(.+)", expression)[1].split("/"):
        value = value[int(step) if isinstance(value, list) else step]
    return value


@pytest.mark.parametrize("operation_id", ["createEvent", "listEvents", "listSessions"])
def test_the_ids_that_links_give_are_of_what_is_there(document, ada, operation_id):
    ada.published()
    answer = {
        "createEvent": ada.publish,
        "listEvents": lambda: ada.get("/v1/events/"),
        "listSessions": lambda: ada.get("/v1/profile/sessions/"),
    }[operation_id]()
    documented = operations(document)[operation_id][1]["responses"][str(answer.status_code)]
    ids = {
        (link["operationId"], name): value_in(answer.json(), expression)
        for link in documented["links"].values()
        for name, expression in link["parameters"].items()
        if name.endswith("_id")
    }

    assert ids
    for (target, name), value in ids.items():
        path, _ = operations(document)[target]
        if "get" in document.document["paths"][path]:
            assert ada.get(path.replace(f"{{{name}}}", value)).status_code == 200
