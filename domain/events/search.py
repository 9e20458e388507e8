"""Full-text search of events."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.errors import Invalid
from domain.events.terms import searched_terms

SEARCH_MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Search:
    """Prefixes that must all match a term of the event."""

    terms: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Search | None":
        """Parse up to 200 characters. None if there is only whitespace. Raises Invalid."""
        if len(text) > SEARCH_MAX_LENGTH:
            raise Invalid("search", f"Must be at most {SEARCH_MAX_LENGTH} characters.")
        if not text.strip():
            return None
        terms = tuple(searched_terms(text))
        if not terms:
            raise Invalid("search", "Must contain a letter, digit, or emoji.")
        return cls(terms)

    def matches(self, terms: Iterable[str]) -> bool:
        """Whether the search finds an event with these terms."""
        return all(any(term.startswith(start) for term in terms) for start in self.terms)
