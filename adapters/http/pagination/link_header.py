"""The Link header of a page (RFC 8288)."""

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
    """The URLs must be percent-encoded, so that none can end its link or the header."""
    targets = (("first", first), ("prev", previous), ("next", following))
    links = [f'<{url}>; rel="{relation}"' for relation, url in targets if url]
    header = ", ".join(links)
    # Proxies accept 4 KiB of headers. The body has the URLs, too.
    return {"Link": header} if 0 < len(header) <= LINK_MAX_LENGTH else {}
