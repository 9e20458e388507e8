"""The changelog and the version tell one story."""

import re

from entrypoints import VERSION


def test_the_newest_release_of_the_changelog_is_the_version(pytestconfig):
    changelog = (pytestconfig.rootpath / "CHANGELOG.md").read_text()

    unreleased, *releases = re.findall(r"^## \[(.+?)\](?: - \d{4}-\d\d-\d\d)?$", changelog, re.M)

    assert unreleased == "Unreleased"
    assert releases[0] == VERSION
    numbers = [tuple(map(int, each.split("."))) for each in releases]
    assert numbers == sorted(set(numbers), reverse=True)
