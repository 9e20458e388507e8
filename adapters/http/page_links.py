"""The neighbours of a page as a header (RFC 8288), for those who don't read the body."""

PAGE_HEADERS = {
    "Link": {
        "schema": {"type": "string"},
        "description": 'The URLs of rel="next", "prev" and "first", as far as there are any.',
        "required": False,
    }
}


def link_header(
    *, first: str | None, previous: str | None, following: str | None
) -> dict[str, str]:
    """The URLs must be percent-encoded: then none has what ends it, or the header."""
    targets = (("first", first), ("prev", previous), ("next", following))
    links = [f'<{url}>; rel="{relation}"' for relation, url in targets if url]
    return {"Link": ", ".join(links)} if links else {}
