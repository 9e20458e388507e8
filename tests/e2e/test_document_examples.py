"""Every body in the document has an example, and every example is what it is an example of."""

from jsonschema import ValidationError

from tests.e2e.conformance import FORMATS, PROBLEM_TYPE

# Tells people what a text is for; any text has it.
FREE_FORMATS = {"password"}


def parts(node, place=""):
    """Every object in the document, and where it is."""
    if isinstance(node, dict):
        yield place, node
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for name, child in children:
        if isinstance(child, dict | list):
            yield from parts(child, f"{place}/{name}")


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


def test_every_id_in_a_path_has_an_example(document):
    without = [
        place
        for place, part in with_schemas(document)
        if part.get("in") == "path" and not examples_of(part)
    ]

    assert without == []


def wrong(document, examples):
    """Where examples, each with its schema, don't meet it, and why."""
    for place, value, schema in examples:
        try:
            document.validate(value, schema)
        except ValidationError as error:
            yield f"{place}: {error.message}"


def test_every_example_meets_its_schema(document):
    examples = [
        (place, value, part["schema"])
        for place, part in with_schemas(document)
        for value in examples_of(part)
    ]

    assert list(wrong(document, examples)) == []


def test_every_example_and_default_in_a_schema_meets_it(document):
    examples = [
        (place, value, part)
        for place, part in parts(document.document)
        if part.keys() & {"type", "$ref"} and "/value" not in place
        for value in [*part.get("examples", []), *([part["default"]] if "default" in part else [])]
    ]

    assert len(examples) > 2
    assert list(wrong(document, examples)) == []


def test_every_problem_tells_the_status_that_it_comes_with(document):
    problems = [
        (place, value)
        for place, part in with_schemas(document)
        if place.endswith(f"/{PROBLEM_TYPE}")
        for value in examples_of(part)
    ]

    assert len(problems) > 100
    for place, problem in problems:
        assert f"/responses/{problem['status']}/" in place


def test_every_format_in_the_document_is_checked(document):
    formats = {
        part["format"]
        for place, part in parts(document.document)
        if isinstance(part.get("format"), str)
    }

    assert formats <= FORMATS.checkers.keys() | FREE_FORMATS
