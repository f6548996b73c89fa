"""The API's documentation: the OpenAPI document, and a page of ours that shows it."""

from __future__ import annotations

from typing import Any

import msgspec

from phoenix.kernel.language import DEFAULT_LOCALE, read_on
from phoenix.kernel.web.answer import Answer, tag_of
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get
from phoenix.kernel.web.pages import View, page
from phoenix.kernel.web.reference import reference
from phoenix.kernel.web.rules import PUBLIC


@get("/api/v2/openapi.json", may=PUBLIC, queries=0, tag="health")
async def openapi_document(call: Call) -> dict[str, Any] | Answer:
    """Get this document (OpenAPI 3.1)."""
    body = call.app.document()
    return Answer(body, tag_of(body))


@page("/api/docs", may=PUBLIC, queries=0)
async def documentation(call: Call) -> View:
    """The document for people, in English, as everything in it is."""
    read_on(DEFAULT_LOCALE)
    return View("api_docs.html", {"api": reference(msgspec.json.decode(call.app.document()))})


DOCUMENTATION_ROUTES = (openapi_document, documentation)
