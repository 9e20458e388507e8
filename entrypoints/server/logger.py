"""What gunicorn has to say, in the form of all that is logged."""

from typing import Any

from gunicorn.glogging import Logger


class PlainLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Leaves its lines to the handler of the process."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
