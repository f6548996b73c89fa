"""The email and the language that a page of texts is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from phoenix.kernel.data.database import Reader
from phoenix.kernel.email.message import Mail
from phoenix.kernel.email.texts import ChangeableText
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.templates import query
from phoenix.kernel.language import LANGUAGES, _, reading
from phoenix.kernel.module import EmailSample
from phoenix.kernel.web import csrf
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.kept_forms import find_form
from phoenix.modules.accounts.actions.email_samples import email_samples, sample_values
from phoenix.modules.email_texts.actions.versions import texts_of, version_in, versions_of

TEXTS = "/staff/emails/{module:str}/{name:str}/texts/{locale:str}"
STAFF = ("admin",)
# In the address of a page: the unsaved form, or the number of the version, that is shown. A number has at most nine digits.
UNSAVED = "unsaved"
NUMBER = "number"
LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class ShownEmail:
    """An email in a language. `changeable` are its texts by the name of their field: none of one that warns of what others did."""

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
    texts = () if sample.warns else call.runtime.mailer.changeable(sample.template)
    return ShownEmail(name, locale, sample, {field_of(text.message): text for text in texts})


def find_changeable(call: Call) -> ShownEmail:
    """As `find_email`. Raises NotFound as well for one whose texts cannot be changed."""
    email = find_email(call)
    if not email.changeable:
        raise NotFound
    return email


def field_of(message: str) -> str:
    """The name of the field of a message, which no upgrade gives to another."""
    return f"text_{sha256(message.encode()).hexdigest()[:12]}"


async def unsaved_form(call: Call, email: ShownEmail, db: Reader) -> Mapping[str, str]:
    """The unsaved form that the address asks for; nothing if it asks for none, or it is another person's or older than a day."""
    token = call.query(UNSAVED)
    found = await find_form(call.runtime, db, csrf.binding_of(call.actor), email.path, token) if token else None
    return {} if found is None else found.fields


def texts_in(form: Mapping[str, str], email: ShownEmail) -> Mapping[str, str]:
    """The texts of an unsaved form. An empty field stands for the delivered text."""
    return {text.message: form[name].strip() for name, text in email.changeable.items() if form.get(name, "").strip()}


def asked_number(call: Call) -> int | None:
    """The number of the version that the address asks for. Raises NotFound if it can be none."""
    number = call.query(NUMBER)
    if not number:
        return None
    if not (number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER):
        raise NotFound(_("This version doesn't exist any more."))
    return int(number)


async def texts_asked_for(call: Call, email: ShownEmail, db: Reader) -> Mapping[str, str]:
    """The texts of an unsaved form, of a version, or those that are used now: at most one query. Raises NotFound."""
    if call.query(UNSAVED):
        if not (form := await unsaved_form(call, email, db)):
            raise NotFound(_("What you previewed is no longer there. Preview it again."))
        return texts_in(form, email)
    if (number := asked_number(call)) is not None:
        return texts_of(version_in(await versions_of(db, email.sample.template, email.locale), number))
    with reading(email.locale):
        return await call.runtime.mailer.texts_of(email.sample.template)


def same_place(call: Call, email: ShownEmail) -> str:
    """The page as it was shown, with the same preview."""
    return query(email.path, **{name: call.query(name) for name in ("view", UNSAVED, NUMBER)}) + "#preview"


def rendered(call: Call, email: ShownEmail, texts: Mapping[str, str], *, to: str = "") -> Mail:
    """The email with sample data in its language, as whoever has the address `to` would get it."""
    with reading(email.locale):
        # What a notice says is computed in the language that it is read in.
        sample = email_samples(call.runtime, call.registry, call.app.people_url)[email.name]
        values = sample_values(call.runtime, sample)
        return call.runtime.mailer.render(sample.template, texts=texts, **{**values, "to": to or values["to"]})
