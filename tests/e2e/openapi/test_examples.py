"""Every body in the document has an example, and every example matches its schema."""

from jsonschema_rs import ValidationError

from tests.e2e.conformance import pointer, problems_of


def parts(node, location=""):
    """Every object in the document, and the JSON pointer to it."""
    if isinstance(node, dict):
        yield location, node
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for name, child in children:
        if isinstance(child, dict | list):
            yield from parts(child, location + pointer(str(name)))


def examples_of(part):
    """The examples of a media type, a parameter or a header."""
    values = [each["value"] for each in part.get("examples", {}).values()]
    return [*values, part["example"]] if "example" in part else values


def with_schemas(document):
    """Media types, parameters and headers."""
    found = [(location, part) for location, part in parts(document.spec) if "schema" in part]
    assert len(found) > 100
    return found


def test_every_body_has_an_example(document):
    missing = [
        location
        for location, part in with_schemas(document)
        if "/content/" in location and not examples_of(part)
    ]

    assert missing == []


def test_no_parameter_has_an_example_that_swagger_ui_would_send(document):
    with_example = [
        location for location, part in with_schemas(document) if "in" in part and examples_of(part)
    ]

    assert with_example == []


def mismatches(document, examples):
    """Examples, given with the locations of their schemas, that do not match them."""
    for location, value in examples:
        try:
            document.validate(value, location)
        except ValidationError as error:
            yield f"{location}: {error.message}"


def test_every_example_matches_its_schema(document):
    examples = [
        (f"{location}/schema", value)
        for location, part in with_schemas(document)
        for value in examples_of(part)
    ]

    assert list(mismatches(document, examples)) == []


def test_examples_and_defaults_within_schemas_match_them(document):
    examples = [
        (location, value)
        for location, part in parts(document.spec)
        if part.keys() & {"type", "$ref"} and "/value" not in location
        for value in [*part.get("examples", []), *([part["default"]] if "default" in part else [])]
    ]

    assert len(examples) > 2
    assert list(mismatches(document, examples)) == []


def operations(document):
    for path, item in document.spec["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield f"{method} {path}", item, operation


def test_problem_examples_of_an_operation_have_the_status_of_their_response(document):
    problems = [
        (location, status, problem)
        for location, _, operation in operations(document)
        for status, response in operation["responses"].items()
        for problem in problems_of(response).values()
    ]

    assert len(problems) > 40
    for location, status, problem in problems:
        assert str(problem["status"]) == status, location


def test_invalid_fields_in_examples_are_fields_of_the_operation(document):
    schemas = document.spec["components"]["schemas"]
    for location, item, operation in operations(document):
        fields = {
            each["name"] for each in [*item.get("parameters", []), *operation.get("parameters", [])]
        }
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
            fields |= schemas[name]["properties"].keys()
        elif operation["operationId"] == "publishEvent":  # checks the event that it returns
            fields |= schemas["Event"]["properties"].keys()
        for problem in problems_of(operation["responses"].get("422", {})).values():
            assert problem["errors"].keys() <= fields, location
        assert "requestBody" not in operation or "422" in operation["responses"], location
