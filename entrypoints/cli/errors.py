class CommandError(Exception):
    """What a command was asked for can't be done; the message is one line that says why."""
