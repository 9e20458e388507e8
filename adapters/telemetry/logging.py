"""Configures structlog and standard-library logging with the same output format."""

import logging
import sys
from typing import Any

import orjson
import structlog
from structlog.typing import Processor


def configure_logging(level: str, format: str) -> None:  # noqa: A002
    """Log to standard error. `format` is json, console or auto (console on a terminal)."""
    renderers = _renderers(format)
    shared: tuple[Processor, ...] = (
        structlog.contextvars.merge_contextvars,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    )
    structlog.configure(
        processors=(*shared, structlog.processors.add_log_level, *renderers),
        wrapper_class=structlog.make_filtering_bound_logger(level),
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
    logging.getLogger("turnout").setLevel(level)


def _renderers(format: str) -> tuple[Processor, ...]:  # noqa: A002
    if format == "console" or (format == "auto" and sys.stderr.isatty()):
        return (structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),)
    return (
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(serializer=_json),
    )


def _json(line: Any, **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()
