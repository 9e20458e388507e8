"""Fail if a document links to a missing file or docs/security.md names a missing test."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def text_of(path):
    return path.read_text() if path.exists() else ""


def main():
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    dead = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in re.findall(r"\]\(\s*([^)#:\s]+)[)#\s]", document.read_text())
        if not (document.parent / target).exists()
    ]
    security = (ROOT / "docs" / "security.md").read_text()
    dead += [
        f"docs/security.md: {file}::{test}"
        for file, test in re.findall(r"`([\w/]+\.py)::(\w+)`", security)
        if f"def {test}(" not in text_of(ROOT / "tests" / file)
    ]
    if dead:
        sys.exit("\n".join(dead))


if __name__ == "__main__":
    main()
