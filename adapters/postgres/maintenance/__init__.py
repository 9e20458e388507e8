"""Work on the database that is no request."""
