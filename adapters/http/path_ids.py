"""The ids in paths, as the document tells them."""

from collections.abc import Mapping


def ids_in_path(rule: str, examples: Mapping[str, str]) -> list[dict[str, str]]:
    """The parameters of the rule that have an example, by the name that it has there."""
    return [
        {
            "in": "path",
            "name": name,
            "description": f"The id of the {name.removesuffix('_id')}.",
            "example": example,
        }
        for name, example in examples.items()
        if f":{name}>" in rule
    ]
