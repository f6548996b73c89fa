"""What routes need not say for themselves: HEAD wherever there is GET, and unknown pages in the frame of their reader."""

from __future__ import annotations

from litestar import Request

from phoenix.kernel.errors import NotFound, NotSignedIn
from phoenix.kernel.web.application import Admission, state_of
from phoenix.kernel.web.asgi import AsgiApp, Message, Receive, Scope, Send
from phoenix.kernel.web.authorisation import authenticate
from phoenix.kernel.web.problem_page import problem_page
from phoenix.kernel.web.problems import is_api


class AroundRoutes:
    """The layer around the framework."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            # Decided and made as a GET is, so that nothing differs but the body, which is left out where it would be compressed.
            scope = {**scope, "method": "GET"}
        unknown = False

        async def send_unless_unknown(message: Message) -> None:
            nonlocal unknown
            if message["type"] == "http.response.start":
                unknown = message["status"] == NotFound.status and state_of(scope).admission is None and not is_api(scope["path"])
            if not unknown:
                await send(message)

        await self._app(scope, receive, send_unless_unknown)
        if unknown:
            await _show_unknown(scope, receive, send)


async def _show_unknown(scope: Scope, receive: Receive, send: Send) -> None:
    """No route was found, so nobody has looked yet who asks."""
    request = Request(scope, receive, send)  # type: ignore[arg-type, var-annotated]
    try:
        actor, token, _by_cookie = await authenticate(request)
    except NotSignedIn:
        actor, token = None, None
    state_of(scope).admission = Admission(actor, token)
    page = problem_page(NotFound("There's no page at this address."), request)
    await page.to_asgi_response(None, request)(scope, receive, send)  # type: ignore[arg-type]
