"""How what is logged looks: structlog renders it, whoever logs by the standard library, too."""

import logging
import sys
from typing import Any

import orjson
import structlog
from structlog.typing import Processor

from entrypoints.settings import LogSettings, read_log_settings

TIMESTAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)
OF_THE_STANDARD_LIBRARY: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    TIMESTAMP,
)


def configure_logs() -> None:
    """Lines on the standard error for all that is logged in this process. Raises SettingsError."""
    settings = read_log_settings()
    renderers = _renderers(settings)
    _configure_standard_library(settings, renderers)
    # What is logged at each request goes a shorter way: no record, no look at the stack.
    structlog.configure(
        processors=[structlog.processors.add_log_level, TIMESTAMP, *renderers],
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _configure_standard_library(settings: LogSettings, renderers: tuple[Processor, ...]) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=OF_THE_STANDARD_LIBRARY,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
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
