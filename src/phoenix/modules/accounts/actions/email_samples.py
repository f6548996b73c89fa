"""Every kind of email with sample data, for the previews that staff see."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.module import EmailSample, SecurityNotice
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import notices

PERSON = {"to": "leila.haddad@example.com", "name": "Leila Haddad"}


def email_samples(runtime: Runtime, registry: Registry, address: str) -> dict[str, EmailSample]:
    """Those with their own template, and each security notice, which all have one template: in the reader's language.

    `address` is that of the pages for people.
    """

    def said(notice: SecurityNotice) -> dict[str, Any]:
        return notices.said_in(runtime, notice, notice.sample, address=address)

    own = {name: sample for name, sample in registry.emails.items() if name != notices.TEMPLATE}
    return own | {
        f"notices/{notice.name}": EmailSample(notices.TEMPLATE, {**PERSON, **said(notice)}, warns=True)
        for notice in registry.notices.values()
    }


def sample_values(runtime: Runtime, sample: EmailSample) -> dict[str, Any]:
    """What the template of a sample is given."""
    settled = sample.settings(runtime) if sample.settings else {}
    return {**sample.values, **settled}
