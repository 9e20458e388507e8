"""What people look for in the texts of events."""

from dataclasses import dataclass

from domain.errors import Invalid

SEARCH_MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Search:
    """Words, each of which must be in the title or description of an event.

    Case does not matter. Letters and digits begin a word there, so that a part of a word finds it
    while it is typed. Every other character stands for itself, none for others: before one, letters
    and digits are a whole word.
    """

    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Search | None":
        """The words between white space, up to 200 characters in all; None without any.

        Raises Invalid.
        """
        if len(text) > SEARCH_MAX_LENGTH:
            raise Invalid("search", f"Must be at most {SEARCH_MAX_LENGTH} characters.")
        words = tuple(dict.fromkeys(text.split()))
        return cls(words) if words else None
