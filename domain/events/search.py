"""Full-text search terms."""

from dataclasses import dataclass

from domain.errors import Invalid

SEARCH_MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Search:
    """Words that must all occur in the title or description of an event. Ignores case.

    Letters and digits match the start of a word, so that a word is found while it is being typed.
    Every other character matches itself (there are no wildcards); letters and digits before it
    match a whole word.
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
