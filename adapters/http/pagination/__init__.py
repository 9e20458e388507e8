"""Pages by offset and by cursor."""
