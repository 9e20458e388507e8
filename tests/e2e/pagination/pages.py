"""Iterates over paginated lists."""


def all_pages(client, path="/v1/events/", **query):
    """Every page, by cursor."""
    pages, cursor = [], None
    while True:
        page = client.get(path, params=query | ({"cursor": cursor} if cursor else {})).json()
        pages.append(page)
        cursor = page["next_cursor"]
        if cursor is None:
            return pages
