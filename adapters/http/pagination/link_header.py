"""The neighbours of a page as a header (RFC 8288), for those who don't read the body."""

LINK_MAX_LENGTH = 2_000
PAGE_HEADERS = {
    "Link": {
        "schema": {"type": "string"},
        "description": 'Links with rel="next", "prev", and "first", where they exist (RFC 8288).',
        "required": False,
    }
}


def link_header(
    *, first: str | None, previous: str | None, following: str | None
) -> dict[str, str]:
    """The URLs must be percent-encoded: then none has what ends it, or the header."""
    targets = (("first", first), ("prev", previous), ("next", following))
    links = [f'<{url}>; rel="{relation}"' for relation, url in targets if url]
    header = ", ".join(links)
    # Proxies have room for 4 KiB of headers; the body has the URLs, too.
    return {"Link": header} if 0 < len(header) <= LINK_MAX_LENGTH else {}
