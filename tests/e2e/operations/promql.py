"""Of expressions in PromQL: which series they ask for, and by which labels."""

import re

TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
MATCHERS = re.compile(r"\{([^{}]*)\}")
RANGE = re.compile(r"\[[^\]]*\]")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^()]*)\)")
NAME = re.compile(r"\b[a-zA-Z_:][\w:]*\b(?!\s*\()")
WORDS = {"and", "or", "unless", "bool", "offset"}


def asked(expression):
    """The names of the series, and those of the labels."""
    bare = TEXT.sub('""', expression)
    matched = " ".join(MATCHERS.findall(bare))
    grouped = " ".join(GROUPING.findall(bare))
    labels = {*re.findall(r"\w+(?=\s*[!=])", matched), *re.findall(r"\w+", grouped)}
    rest = GROUPING.sub(" ", RANGE.sub(" ", MATCHERS.sub(" ", bare)))
    return set(NAME.findall(rest)) - WORDS, labels
