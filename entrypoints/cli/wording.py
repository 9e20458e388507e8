"""Texts of commands."""


def counted(count: int, singular: str, plural: str = "") -> str:
    """`1 event`, `2 events`, `1000 people`. The default plural ends in s."""
    return f"{count} {singular if count == 1 else plural or f'{singular}s'}"
