"""The languages of an email, on the page that the admin panel has of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.language import LANGUAGES
from phoenix.kernel.web.call import Call


async def texts_of_email(call: Call) -> Mapping[str, Any]:
    """Where the email is shown in each language."""
    return {"languages": LANGUAGES, "path": f"/staff/emails/{call.path['module']}/{call.path['name']}/texts"}
