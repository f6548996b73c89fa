"""Versions of the texts of an email: list, save, restore. The newest is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.email.texts import ChangeableText, delivered, problem_of
from phoenix.kernel.errors import EditConflict, NotFound, PreconditionFailed
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _, reading
from phoenix.modules.email_texts import queries
from phoenix.modules.email_texts.actions.active import DECODER, Texts
from phoenix.modules.email_texts.events import EmailTextsChanged
from phoenix.modules.email_texts.queries import Version

LONGEST = 600
LONGEST_SUBJECT = 150
LONGEST_NOTE = 200
# Of a template in a language. The oldest goes when another is saved.
MOST_VERSIONS = 50
# The number of the version before the first.
DELIVERED = 0


async def versions_of(db: Reader, template: str, locale: str) -> list[Version]:
    """All versions, newest first."""
    return await db.all(queries.VERSIONS, template, locale)


def version_in(versions: Sequence[Version], number: int) -> Version | None:
    """The version of that number; None for the delivered texts. Raises NotFound."""
    found = next((version for version in versions if version.number == number), None)
    if found is None and number != DELIVERED:
        raise NotFound(_("This version doesn't exist any more."))
    return found


def texts_of(version: Version | None) -> Texts:
    """What a version replaces: nothing for the delivered texts, or if it cannot be read."""
    try:
        return {} if version is None else DECODER.decode(version.texts)
    except msgspec.MsgspecError:
        return {}


def delivered_in(locale: str, message: str) -> str:
    """The delivered text in a language."""
    with reading(locale):
        return delivered(message)


def check_texts(locale: str, changeable: Mapping[str, ChangeableText], sent: Mapping[str, str], note: str = "") -> tuple[Texts, str]:
    """The texts that differ from the delivered ones, and the note. `changeable` and `sent` are by the name of the field.

    An empty text stands for the delivered one. Raises InvalidInput with every text that cannot be used.
    """
    fields, texts = Fields(), Texts()
    for name, text in changeable.items():
        most = LONGEST_SUBJECT if text.place == "subject" else LONGEST
        written = fields.line(name, sent.get(name, ""), most=most, missing="")
        usual = delivered_in(locale, text.message)
        if not written or written == usual:
            continue
        if problem := problem_of(text.message, written):
            fields.refuse(name, "invalid", problem)
        texts[text.message] = written
    note = fields.line("note", note, most=LONGEST_NOTE, missing="")
    fields.check()
    return texts, note


async def save_texts(tx: Transaction, account: str, template: str, locale: str, texts: Texts, note: str, *, shown: Sequence[int]) -> None:
    """Save another version, which is used from now on. Without a change or a note there is none.

    Raises EditConflict if none of `shown` is the newest.
    """
    versions = await versions_of(tx, template, locale)
    newest = versions[0] if versions else None
    if (newest.number if newest else DELIVERED) in shown and texts == texts_of(newest) and not note:
        return
    if not await _add(tx, account, template, locale, texts, note, None, shown):
        latest = next(iter(await versions_of(tx, template, locale)), None)
        raise EditConflict(
            _("Someone else saved these texts after you opened this page."),
            by=latest.account if latest else None,
            at=latest.saved_at if latest else None,
        )


async def restore_texts(tx: Transaction, account: str, template: str, locale: str, number: int | None, *, shown: Sequence[int]) -> None:
    """Use a former version again, or the delivered texts, as a new version. Raises NotFound, and PreconditionFailed as `save_texts`."""
    if number is None:
        raise NotFound(_("This version doesn't exist any more."))
    version = version_in(await versions_of(tx, template, locale), number)
    if not await _add(tx, account, template, locale, texts_of(version), "", number, shown):
        raise PreconditionFailed(_("Someone else saved these texts after you opened this page. Look at their version, then choose again."))


async def _add(
    tx: Transaction, account: str, template: str, locale: str, texts: Texts, note: str, restored: int | None, shown: Sequence[int]
) -> bool:
    """Returns whether it is the next version: another could have been saved since those that were shown."""
    id_ = new_id("etv", tx.now)
    number = await tx.maybe(queries.ADD, id_, template, locale, texts, note, account, tx.now, restored, list(shown))
    if number is None:
        return False
    await tx.execute(queries.FORGET_OLDER, template, locale, number - MOST_VERSIONS)
    tx.record(EmailTextsChanged(subject=id_, template=template, locale=locale, number=number, restored=restored))
    return True
