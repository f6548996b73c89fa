"""The language of a response: that of the reader's profile, and of whoever is not signed in the one their browser asks for."""

from __future__ import annotations

from phoenix.kernel.language import current_locale, language_of, reading
from phoenix.kernel.web.asgi import AsgiApp, Message, Raw, Receive, Scope, Send

# What is written for people. Data is the same in every language.
_FOR_PEOPLE = (b"text/html", b"application/problem+json")


class Languages:
    """The layer that reads Accept-Language. Who signed in is known further inside, which then reads on in their language."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: list[Raw] = list(message["headers"])
                if any(name.lower() == b"content-type" and value.startswith(_FOR_PEOPLE) for name, value in headers):
                    headers += [(b"content-language", current_locale().replace("_", "-").encode()), (b"vary", b"Accept-Language, Cookie")]
                message["headers"] = headers
            await send(message)

        asked = b",".join(value for name, value in scope["headers"] if name == b"accept-language")
        with reading(language_of(asked.decode("latin-1"))):
            await self._app(scope, receive, send_with_language)
