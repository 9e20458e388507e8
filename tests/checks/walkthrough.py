"""Follow the walkthrough in CONTRIBUTING.md in a copy of the source: `make walkthrough`."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
IGNORED = shutil.ignore_patterns(".git", ".venv", ".data", "__pycache__")
SECTION = re.compile(r"\n## An event field in ten minutes\n(.*?)\n## ", re.DOTALL)
BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
# A block belongs to the file named in the sentence before it.
FILE_NAME = re.compile(r"`([\w/]+\.(?:py|md))`:\s*$")
HUNK = "@@\n"


def main() -> None:
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "turnout"
        shutil.copytree(ROOT, tree, ignore=IGNORED)
        (tree / ".venv").symlink_to(ROOT / ".venv")
        for kind, name, text in steps((tree / "CONTRIBUTING.md").read_text()):
            if kind == "sh":
                run(tree, text)
            elif kind == "diff":
                change(tree / name, text)
            else:
                create(tree / name, text)
        run(tree, "make check")


def steps(document):
    """The kind, file name and text of each code block in the section."""
    [section] = SECTION.findall(document)
    end = 0
    for block in BLOCK.finditer(section):
        file_name = FILE_NAME.search(section[end : block.start()])
        end = block.end()
        yield block["kind"], file_name and file_name[1], block["text"]


def run(tree, commands):
    if subprocess.run(["bash", "-exc", commands], cwd=tree, check=False).returncode:
        sys.exit("CONTRIBUTING.md: this command failed.")


def create(file, text):
    if file.exists():
        sys.exit(f"CONTRIBUTING.md: {file.name} already exists.")
    file.write_text(text)


def change(file, diff):
    source = file.read_text()
    for hunk in diff.split(HUNK):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] or line for line in lines if line[0] != "+")
        after = "".join(line[1:] or line for line in lines if line[0] != "-")
        if source.count(before) != 1:
            sys.exit(
                f"CONTRIBUTING.md: {file.name} has {source.count(before)} matches of:\n{before}"
            )
        source = source.replace(before, after)
    file.write_text(source)


if __name__ == "__main__":
    main()
