"""What is logged by the standard library, rendered by structlog."""

import logging
import sys
from typing import Any

import orjson
import structlog
from structlog.typing import Processor

from entrypoints.settings import LogSettings, read_log_settings


def configure_logs() -> None:
    """To standard error, for all of this process. Raises SettingsError."""
    settings = read_log_settings()
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=(
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ),
            processors=(
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(settings),
            ),
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("turnout").setLevel(settings.level)


def _renderers(settings: LogSettings) -> tuple[Processor, ...]:
    is_readable = sys.stderr.isatty() if settings.format == "auto" else settings.format == "console"
    if is_readable:
        return (structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),)
    return (
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(serializer=_json),
    )


def _json(line: Any, **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()
