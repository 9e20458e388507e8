"""The documents lead somewhere, and leave nothing out."""

import json
import re

import pytest


@pytest.fixture(scope="module")
def root(pytestconfig):
    return pytestconfig.rootpath


def documents(root):
    return [*root.glob("*.md"), *root.glob("docs/**/*.md")]


def test_every_link_of_the_documents_leads_to_a_file(root):
    links = {
        (document.parent / target).resolve()
        for document in documents(root)
        for target in re.findall(r"\]\(\s*([^)#\s]+)", document.read_text())
        if not re.match(r"\w+:", target)
    }

    assert len(links) > 30
    assert [link for link in links if not link.exists()] == []


def test_the_index_lists_every_decision_by_its_number_and_title(root):
    folder = root / "docs" / "decisions"
    index = re.findall(r"^(\d+)\. \[(.+?)\]\((.+?)\)", (folder / "README.md").read_text(), re.M)
    files = sorted(folder.glob("[0-9]*.md"))

    assert [name for _, _, name in index] == [file.name for file in files]
    for number, title, name in index:
        assert int(name[:4]) == int(number)
        assert (folder / name).read_text().startswith(f"# {number}. {title}\n"), name


def test_every_setting_is_in_the_table(root):
    names = re.findall(r"^#(\w+)=", (root / ".env.example").read_text(), re.M)
    table = (root / "docs" / "settings.md").read_text()

    assert len(names) > 20
    # The compose file's passwords are no settings of the service.
    passwords = {"POSTGRES_PASSWORD", "GRAFANA_PASSWORD"}
    assert {each for each in names if f"`{each}`" not in table} <= passwords


def test_every_path_is_in_the_list_of_the_api(root):
    paths = json.loads((root / "openapi.json").read_text())["paths"]
    told = (root / "docs" / "api.md").read_text()

    for path in paths:
        short = re.sub(r"\{\w+_id\}", "{id}", path)
        assert f"{short}`" in told, f"docs/api.md has no {short}"
