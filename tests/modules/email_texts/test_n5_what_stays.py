"""N5: no text can take the code or a link from an email, weaken a warning, or let a page do more than show it."""

from __future__ import annotations

import asyncio
import re

from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.email_texts.room import SUBJECT, VERIFY, save, staff

from phoenix.kernel.email.texts import OPTIONAL, problem_of
from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.language import LANGUAGES, reading
from phoenix.kernel.registry import Registry
from phoenix.modules.accounts.actions.email_samples import email_samples, sample_values
from phoenix.modules.email_texts.actions.versions import delivered_in

WARNINGS = {"sessions/new_device", "sign_in/address_changed", "sign_in/forced_reset"}


def test_no_text_takes_a_code_or_a_link_from_an_email(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            mailer = harness.runtime.mailer
            for name, sample in harness.runtime.part(Registry).emails.items():
                values = sample_values(harness.runtime, sample)
                shortest = {
                    text.message: " ".join(["x", *(f"{{{each}}}" for each in text.variables if each not in OPTIONAL)])
                    for text in mailer.changeable(sample.template)
                }
                assert not any(problem_of(*pair) for pair in shortest.items()), name
                with reading("en"):
                    mail = mailer.render(sample.template, texts=shortest, **values)
                needed = [str(value) for value in values.values() if isinstance(value, Ours)]
                needed += [value for key, value in values.items() if key == "code"]
                for value in needed:
                    assert value in mail.text, name
                    assert value in mail.html, name

    asyncio.run(run())


def test_every_delivered_text_could_have_been_written(harness: Harness) -> None:
    """Else whoever changes one word of it would be refused for another."""

    async def run() -> None:
        async with harness:
            registry, mailer = harness.runtime.part(Registry), harness.runtime.mailer
            refused = {
                (name, locale, text.message): problem
                for name, sample in registry.emails.items()
                for text in mailer.changeable(sample.template)
                for locale in LANGUAGES
                if (problem := problem_of(text.message, delivered_in(locale, text.message)))
            }
            assert refused == {}

    asyncio.run(run())


def test_emails_that_warn_have_no_texts_to_change(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            samples = email_samples(harness.runtime, harness.runtime.part(Registry), "")
            assert {name for name, sample in samples.items() if sample.warns} - WARNINGS == {n for n in samples if n.startswith("notices/")}
            for name in WARNINGS:
                page = await panel.get(f"/staff/emails/{name}/texts/en", by="root")
                assert "security notices" in page.text
                assert 'id="edit"' not in page.text
                assert (await panel.post(f"/staff/emails/{name}/texts/en", by="root", version="0")).status_code == 404

    asyncio.run(run())


def frames_of(policy: str) -> str:
    return re.search(r"frame-src ([^;]*)", policy)[1]  # type: ignore[index]


def test_only_this_page_frames_another_and_that_one_runs_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            refused = await save(panel, 0, {SUBJECT: "No code"})
            assert refused.status_code == 422
            for answer in (await panel.get(f"{VERIFY}/en", by="root"), refused):
                assert frames_of(answer.headers["content-security-policy"]) == "'self'"
                assert re.search(r'<iframe [^>]*title="[^"]+" sandbox></iframe>', answer.text)
                assert answer.headers["x-frame-options"] == "DENY"
            for path in ("/staff/emails", "/staff/emails/sign_in/verify"):
                assert frames_of((await panel.get(path, by="root")).headers["content-security-policy"]) == "'none'"
            assert frames_of((await harness.get("/sign-in")).headers["content-security-policy"]) == "'none'"
            seen = await panel.get(f"{VERIFY}/en/seen", by="root")
            policy = seen.headers["content-security-policy"].split("; ")
            assert {"default-src 'none'", "form-action 'none'", "frame-ancestors 'self'", "sandbox"} <= set(policy)
            assert not any(part.startswith("script-src") for part in policy)
            assert seen.headers["x-frame-options"] == "SAMEORIGIN"
            alone = await panel.get("/staff/emails/sign_in/verify/seen", by="root")
            assert alone.headers["x-frame-options"] == "DENY"

    asyncio.run(run())
