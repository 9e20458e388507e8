"""docs/security.md names tests: they must exist."""

import re


def test_every_test_that_the_document_names_exists(pytestconfig):
    document = (pytestconfig.rootpath / "docs" / "security.md").read_text()
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", document)

    assert len(named) > 30
    for file, test in named:
        source = (pytestconfig.rootpath / "tests" / file).read_text()
        assert f"def {test}(" in source, f"{file} has no {test}"
