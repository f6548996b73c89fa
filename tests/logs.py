"""Phoenix's logging, configured for one test and completely undone afterwards."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import structlog
from structlog._config import BoundLoggerLazyProxy

from phoenix.kernel.security.logging import configure
from phoenix.settings import LogSettings


@contextlib.contextmanager
def logging_of(settings: LogSettings) -> Iterator[io.StringIO]:
    """What a process of Phoenix with these settings would log during the block."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    others = {
        logger: (logger.handlers[:], logger.level, logger.propagate)
        for logger in root.manager.loggerDict.values()
        if isinstance(logger, logging.Logger)
    }
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    stream = io.StringIO()
    _forget_bound_loggers()
    configure(settings, stream=stream)
    try:
        yield stream
    finally:
        structlog.reset_defaults()
        _forget_bound_loggers()
        logging.captureWarnings(capture=False)
        root.handlers[:] = handlers
        root.setLevel(level)
        for logger, (kept, at, propagate) in others.items():
            logger.handlers[:] = kept
            logger.setLevel(at)
            logger.propagate = propagate
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


def records(stream: io.StringIO) -> list[dict[str, Any]]:
    """What was written so far, where the format is JSON."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def _forget_bound_loggers() -> None:
    """With `cache_logger_on_first_use` a logger replaces its method `bind` when first used, and so keeps its first configuration."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "phoenix":
            for value in vars(module).values():
                if isinstance(value, BoundLoggerLazyProxy):
                    vars(value).pop("bind", None)
