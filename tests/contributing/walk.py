"""The walk of CONTRIBUTING.md, done as it is written."""

import re

BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
# The file that a block belongs to is the last one named before it.
NAMED = re.compile(r"`([\w/]+\.(?:py|md))`:\s*$")
PLACE = "@@\n"


def steps(document):
    """Each block of the walk: its kind, the file it belongs to, and its text."""
    [walk] = re.findall(r"\n## A use case in ten minutes\n(.*?)\n## ", document, re.DOTALL)
    end = 0
    for block in BLOCK.finditer(walk):
        named = NAMED.search(walk[end : block.start()])
        end = block.end()
        yield block["kind"], named and named[1], block["text"]


def take(tree, kind, name, text):
    """Write or change the file as the block says; what it does not find there is an error."""
    file = tree / name
    if kind == "python":
        assert not file.exists(), f"{name} is not new"
        file.write_text(text)
        return
    source = file.read_text()
    for place in text.split(PLACE):
        lines = place.splitlines(keepends=True)
        before = "".join(line[1:] or line for line in lines if line[0] != "+")
        after = "".join(line[1:] or line for line in lines if line[0] != "-")
        assert source.count(before) == 1, f"{name} has {source.count(before)} of:\n{before}"
        source = source.replace(before, after)
    file.write_text(source)
