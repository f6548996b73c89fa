"""The email and the language that a page of texts is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from phoenix.kernel.email.message import Mail
from phoenix.kernel.email.texts import ChangeableText
from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import LANGUAGES, reading
from phoenix.kernel.module import EmailSample
from phoenix.kernel.web import csrf
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.kept_forms import FIELD, find_form
from phoenix.modules.accounts.actions.email_samples import email_samples, sample_values
from phoenix.modules.accounts.actions.notices import TEMPLATE
from phoenix.modules.email_texts.actions.versions import texts_of, versions_of

TEXTS = "/staff/emails/{module:str}/{name:str}/texts/{locale:str}"
STAFF = ("admin",)


@dataclass(frozen=True, slots=True)
class ShownEmail:
    """An email in a language. `changeable` are its texts by the name of their field: none of a security notice, which warns of others."""

    name: str
    locale: str
    sample: EmailSample
    changeable: Mapping[str, ChangeableText]

    @property
    def path(self) -> str:
        return f"/staff/emails/{self.name}/texts/{self.locale}"


def find_email(call: Call) -> ShownEmail:
    """The one in the path. Raises NotFound."""
    name, locale = f"{call.path['module']}/{call.path['name']}", str(call.path["locale"])
    sample = email_samples(call.runtime, call.registry, call.app.people_url).get(name)
    if sample is None or locale not in LANGUAGES:
        raise NotFound
    texts = () if sample.template == TEMPLATE else call.runtime.mailer.changeable(sample.template)
    return ShownEmail(name, locale, sample, {field_of(text.message): text for text in texts})


def field_of(message: str) -> str:
    """The name of the field of a message, which no upgrade gives to another."""
    return f"text_{sha256(message.encode()).hexdigest()[:12]}"


async def texts_asked_for(call: Call, email: ShownEmail) -> Mapping[str, str]:
    """The texts of an unsaved form, of a version, or those that are used now: at most one query."""
    runtime, kept, number = call.runtime, call.query(FIELD), call.query("number")
    if kept:
        async with runtime.database.reader() as db:
            form = await find_form(runtime, db, csrf.binding_of(call.actor), email.path, kept)
        sent = form.fields if form is not None else {}
        return {text.message: sent[name].strip() for name, text in email.changeable.items() if sent.get(name, "").strip()}
    if number.isascii() and number.isdecimal():
        async with runtime.database.reader() as db:
            versions = await versions_of(db, email.sample.template, email.locale)
        return texts_of(next((version for version in versions if version.number == int(number)), None))
    with reading(email.locale):
        return await runtime.mailer.texts_of(email.sample.template)


def rendered(call: Call, email: ShownEmail, texts: Mapping[str, str], *, to: str = "") -> Mail:
    """The email with sample data in its language, as whoever has the address `to` would get it."""
    with reading(email.locale):
        # What a notice says is computed in the language that it is read in.
        sample = email_samples(call.runtime, call.registry, call.app.people_url)[email.name]
        values = sample_values(call.runtime, sample)
        return call.runtime.mailer.render(sample.template, texts=texts, **{**values, "to": to or values["to"]})
