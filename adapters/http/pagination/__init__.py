"""Pagination by offset and by cursor."""
