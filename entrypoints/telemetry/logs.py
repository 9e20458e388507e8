"""Configures structlog, and the standard library's logging to render through it."""

import logging
import sys
from typing import Any

import orjson
import structlog
from structlog.typing import Processor

from entrypoints.settings import LogSettings, read_log_settings


def configure_logs() -> None:
    """Log to standard error in this process. Raises SettingsError."""
    settings = read_log_settings()
    renderers = _renderers(settings)
    shared: tuple[Processor, ...] = (
        structlog.contextvars.merge_contextvars,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    )
    structlog.configure(
        processors=(*shared, structlog.processors.add_log_level, *renderers),
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=(
                *shared,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
            ),
            processors=(structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers),
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
