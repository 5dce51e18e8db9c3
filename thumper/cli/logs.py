"""Where log lines go: standard error, readable on a terminal and JSON elsewhere.

A record is one line, whatever it names; on a terminal a traceback follows it.
"""

from __future__ import annotations

import logging
import sys

import structlog

from thumper.cli.lossy_stream import lossy
from thumper.domain.path_text import one_line
from thumper.settings import Settings


def configure_logs(settings: Settings) -> None:
    """Set up structlog and the libraries' own loggers for this process."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    terminal = sys.stderr.isatty()
    stream = lossy(sys.stderr)
    # Without the values of variables, which a traceback on a terminal would show: tokens and links are among them.
    traceback = structlog.dev.RichTracebackFormatter(show_locals=False)
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=traceback)
        if terminal
        else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    # JSON escapes whatever a name holds; a terminal would obey it.
    shared.append(_one_line_each if terminal else structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared)
    to_stderr = logging.StreamHandler(stream)
    to_stderr.setFormatter(formatter)
    # Libraries speak up when something is wrong; their chatter is not for a hunter.
    logging.basicConfig(handlers=[to_stderr], level=max(level, logging.WARNING), force=True)


def _one_line_each(
    _logger: structlog.types.WrappedLogger, _method: str, record: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Escape what names and messages may hold: line ends, and codes that a terminal obeys."""
    return {key: one_line(value) if isinstance(value, str) else value for key, value in record.items()}
