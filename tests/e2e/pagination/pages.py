"""Lists from their first page to their last."""


def walk(visitor, path="/v1/events/", **query):
    """All pages, by cursor."""
    pages, cursor = [], None
    while True:
        page = visitor.get(path, params=query | ({"cursor": cursor} if cursor else {})).json()
        pages.append(page)
        cursor = page["next_cursor"]
        if cursor is None:
            return pages
