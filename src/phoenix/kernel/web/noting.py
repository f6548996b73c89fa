"""A layer for development: records the statements of each request, and with PHOENIX_SQL_LOG logs them after the response."""

from __future__ import annotations

import structlog

from phoenix.kernel.data.statements import noting
from phoenix.kernel.web.asgi import AsgiApp, Receive, Scope, Send

log = structlog.get_logger(__name__)


class Noting:
    """Runs inside the layer that gives the request its id, so that the lines include it."""

    def __init__(self, app: AsgiApp, *, log: bool) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with noting() as made:
            try:
                await self._app(scope, receive, send)
            finally:
                if self._log and made:
                    for statement in made:
                        log.info(
                            "statement",
                            ms=round(statement.milliseconds, 2),
                            where=statement.where,
                            sql=statement.sql,
                            failed=statement.failed,
                        )
                    took = round(sum(statement.milliseconds for statement in made), 2)
                    log.info("statements", count=len(made), ms=took, method=scope["method"], path=scope["path"])
