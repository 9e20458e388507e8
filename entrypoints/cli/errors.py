class CommandError(Exception):
    """A command failed; the message is one line with the reason."""
