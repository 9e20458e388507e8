"""Finds the series and labels that a PromQL expression uses."""

import re

TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
MATCHERS = re.compile(r"\{([^{}]*)\}")
RANGE = re.compile(r"\[[^\]]*\]")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^()]*)\)")
NAME = re.compile(r"\b[a-zA-Z_:][\w:]*\b(?!\s*\()")
KEYWORDS = {"and", "or", "unless", "bool", "offset"}


def parse(expression):
    """The names of the series and of the labels."""
    without_texts = TEXT.sub('""', expression)
    matchers = " ".join(MATCHERS.findall(without_texts))
    groupings = " ".join(GROUPING.findall(without_texts))
    labels = {*re.findall(r"\w+(?=\s*[!=])", matchers), *re.findall(r"\w+", groupings)}
    rest = GROUPING.sub(" ", RANGE.sub(" ", MATCHERS.sub(" ", without_texts)))
    return set(NAME.findall(rest)) - KEYWORDS, labels
