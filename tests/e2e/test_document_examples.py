"""Every body in the document has an example, and every example is what it is an example of."""

from jsonschema_rs import ValidationError

from tests.e2e.conformance import pointer, problems_of


def parts(node, place=""):
    """Every object in the document, and the JSON pointer to it."""
    if isinstance(node, dict):
        yield place, node
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for name, child in children:
        if isinstance(child, dict | list):
            yield from parts(child, place + pointer(str(name)))


def examples_of(part):
    """The examples of a media type, a parameter or a header."""
    values = [each["value"] for each in part.get("examples", {}).values()]
    return [*values, part["example"]] if "example" in part else values


def with_schemas(document):
    """Media types, parameters and headers."""
    found = [(place, part) for place, part in parts(document.document) if "schema" in part]
    assert len(found) > 100
    return found


def test_every_body_has_an_example(document):
    without = [
        place
        for place, part in with_schemas(document)
        if "/content/" in place and not examples_of(part)
    ]

    assert without == []


def test_no_parameter_has_an_example_that_swagger_ui_would_send(document):
    with_example = [
        place for place, part in with_schemas(document) if "in" in part and examples_of(part)
    ]

    assert with_example == []


def wrong(document, examples):
    """Where examples, each with the place of its schema, don't meet it, and why."""
    for place, value in examples:
        try:
            document.validate(value, place)
        except ValidationError as error:
            yield f"{place}: {error.message}"


def test_every_example_meets_its_schema(document):
    examples = [
        (f"{place}/schema", value)
        for place, part in with_schemas(document)
        for value in examples_of(part)
    ]

    assert list(wrong(document, examples)) == []


def test_every_example_and_default_in_a_schema_meets_it(document):
    examples = [
        (place, value)
        for place, part in parts(document.document)
        if part.keys() & {"type", "$ref"} and "/value" not in place
        for value in [*part.get("examples", []), *([part["default"]] if "default" in part else [])]
    ]

    assert len(examples) > 2
    assert list(wrong(document, examples)) == []


def operations(document):
    for path, item in document.document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield f"{method} {path}", item, operation


def test_every_problem_of_an_operation_has_the_status_that_it_comes_with(document):
    problems = [
        (place, status, problem)
        for place, _, operation in operations(document)
        for status, response in operation["responses"].items()
        for problem in problems_of(response).values()
    ]

    assert len(problems) > 40
    for place, status, problem in problems:
        assert str(problem["status"]) == status, place


def test_every_invalid_field_in_an_example_is_one_of_the_operation(document):
    schemas = document.document["components"]["schemas"]
    for place, item, operation in operations(document):
        known = {
            each["name"] for each in [*item.get("parameters", []), *operation.get("parameters", [])]
        }
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
            known |= schemas[name]["properties"].keys()
        for problem in problems_of(operation["responses"].get("422", {})).values():
            assert problem["errors"].keys() <= known, place
        assert "requestBody" not in operation or "422" in operation["responses"], place
