"""What the tests of texts of emails share: staff, the page, and what an email says."""

from __future__ import annotations

import re
from typing import Any

import httpx
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.language import reading
from phoenix.kernel.registry import Registry
from phoenix.modules.email_texts.pages.email import field_of

VERIFY = "/staff/emails/sign_in/verify/texts"
SUBJECT = "Confirm your address: %(code)s"
GREETING = "Hello %(name)s, enter this code on the page where you signed up:"
FOOT = "Didn't sign up? You can ignore this email."


async def staff(harness: Harness) -> None:
    await harness.person("root", permissions=("platform.emails", "platform.settings"))


async def save(
    panel: Panel, version: int, texts: dict[str, str], *, by: str = "root", path: str = f"{VERIFY}/en", **sent: str
) -> httpx.Response:
    """Send the form of the page with these texts, by message."""
    fields = {field_of(message): text for message, text in texts.items()}
    return await panel.post(path, by=by, version=str(version), **fields, **sent)


async def said(harness: Harness, locale: str = "en", template: str = "sign_in/verify") -> Any:
    """The email as it is sent now."""
    sample = harness.runtime.part(Registry).emails[template]
    with reading(locale):
        texts = await harness.runtime.mailer.texts_of(template)
        return harness.runtime.mailer.render(template, texts=texts, **sample.values)


def error_of(page: str, message: str) -> str:
    """What the page says beside the field of a message."""
    found = re.search(rf'id="{field_of(message)}-error">.*?<span>(.*?)</span>', page, re.DOTALL)
    return found[1] if found else ""
