"""Every body in the document has an example, and every example matches its schema."""

from jsonschema_rs import ValidationError

from tests.e2e.conformance import PROBLEM_TYPE, pointer


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


def test_every_path_parameter_has_an_example(document):
    missing = [
        location
        for location, part in with_schemas(document)
        if part.get("in") == "path" and not examples_of(part)
    ]

    assert missing == []


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


def test_every_problem_example_has_the_status_of_its_response(document):
    problems = [
        (location, value)
        for location, part in with_schemas(document)
        if location.endswith(pointer(PROBLEM_TYPE))
        for value in examples_of(part)
    ]

    assert len(problems) > 100
    for location, problem in problems:
        assert f"/responses/{problem['status']}/" in location
