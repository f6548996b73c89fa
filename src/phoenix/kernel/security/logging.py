"""Structured logs on standard error, as JSON or for people, with the request's id, redacted after rendering.

Output of libraries, warnings and crashes takes the same path. Tracebacks have no local variables.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from phoenix.kernel.security.redaction import redact, redact_value
from phoenix.settings import LogSettings

LOG_FAILED = "log_failed"
# What of a record is always Phoenix's own, and how the names of its events look.
OURS = frozenset({"event", "level", "timestamp"})
EVENT = re.compile(r"[a-z][a-z0-9_]{0,60}")
# Their lines repeat ours, or quote what people sent.
QUIET = ("asyncpg", "pgqueuer", "httpx", "alembic", "uvicorn.access", "websockets", "mail.log", "aiosmtplib", "_granian")


def configure(settings: LogSettings, *, stream: TextIO | None = None) -> None:
    """Set up the logging of this process. Call it once, before anything else."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _blank_by_key,
    ]
    renderer: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if settings.format == "pretty":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = Guarded(stream or sys.stderr)
    handler.setFormatter(
        Redacted(foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer])
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    # A library with its own handler would bypass the redaction.
    for logger in list(root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_crash
    threading.excepthook = lambda args: _log_crash(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _log_crash(args.exc_type, args.exc_value, args.exc_traceback)


class Guarded(logging.StreamHandler[TextIO]):
    """Says only that a record could not be rendered: the standard library would print its arguments unredacted."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is the standard library's
        kind = sys.exc_info()[0]
        said = record.msg.get("event") if isinstance(record.msg, dict) else record.msg
        # Where the stream itself is gone nothing more can be said, and saying so would fail again, without end.
        if said != LOG_FAILED and kind is not None and not issubclass(kind, OSError) and not self.stream.closed:
            structlog.get_logger("phoenix").error(LOG_FAILED, of=record.name, reason=kind.__name__)


class Redacted(structlog.stdlib.ProcessorFormatter):
    """Renders a line, then redacts it: nothing is added afterwards."""

    def format(self, record: logging.LogRecord) -> str:
        said = record.msg if isinstance(record.msg, dict) else {}
        ours = frozenset({*said, *(str(said.get(key, "")) for key in OURS)}) if is_event(said.get("event")) else frozenset()
        return redact(super().format(record), ours=ours)


def is_event(name: object) -> bool:
    """Whether this is the name of an event of ours, rather than a sentence of a library, in which anything can stand."""
    return isinstance(name, str) and EVENT.fullmatch(name) is not None


def _blank_by_key(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    # The formatter's own entries pass untouched; it removes them again before rendering. So do the words of Phoenix: a person can be
    # called like one of them. A library's record has an entry of the formatter; its message is no event of ours.
    ours = OURS if "_record" not in event and is_event(event.get("event")) else frozenset()
    return {key: value if key.startswith("_") or key in ours else redact_value(value, key) for key, value in event.items()}


def _log_crash(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> Any:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), trace)
        return
    logging.getLogger("phoenix").critical("crashed", exc_info=(kind, error or kind(), trace))
