"""Create, rename and leave an organisation."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence

from phoenix.kernel.actor import Actor, Membership
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.errors import EditConflict, FieldError, InvalidInput
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.errors import TooMany
from phoenix.modules.organisations.events import OrganisationCreated, OrganisationRenamed
from phoenix.modules.organisations.queries import Organisation, changes

NAME_MOST = 80
SLUG_MOST = 40
MOST_ORGANISATIONS = 200
OWNER = "owner"


async def create_organisation(tx: Transaction, actor: Actor, *, name: str) -> Organisation:
    """Create an organisation with the actor as its owner. The slug is derived from the name, with four more letters if it is taken."""
    name = checked_name(name)
    await check_count(tx, actor.account)
    base = slug_of(name)
    made = None
    for slug in (base, *(f"{base}-{secrets.token_hex(2)}" for _try in range(8))):
        made = await tx.maybe(queries.INSERT, new_id("org"), slug, name, tx.now)
        if made is not None:
            break
    if made is None:
        raise InvalidInput(errors=(FieldError("name", "taken", _("Too many organisations have this name. Use another one.")),))
    await tx.execute(queries.INSERT_MEMBER, made.id, actor.account, OWNER, tx.now, actor.account)
    tx.invalidate(ACCOUNT(actor.account))
    tx.record(OrganisationCreated(organisation=made.id, subject=made.id, name=name))
    return made


async def rename_organisation(tx: Transaction, member: Membership, *, name: str, versions: Sequence[int] | None) -> Organisation:
    """Change the name. The slug stays, so that links keep working. Raises EditConflict if none of `versions` is the latest."""
    name = checked_name(name)
    before = await tx.one(queries.ORGANISATION, member.organisation)
    if before.name == name and (versions is None or before.version in versions):
        return before
    changed = await tx.maybe(queries.RENAME, member.organisation, name, tx.now, versions)
    if changed is None:
        latest = await tx.maybe(changes.RENAMED, member.organisation) or changes.UNKNOWN
        own = latest.by == member.account
        raise EditConflict(
            _("You saved another name in the meantime.") if own else _("Someone else changed this organisation while you were editing."),
            by=latest.by,
            at=latest.at,
        )
    tx.invalidate(*(ACCOUNT(account) for account in await tx.all(queries.MEMBER_IDS, member.organisation)))
    tx.record(OrganisationRenamed(organisation=member.organisation, subject=member.organisation, name=name, before=before.name))
    return changed


async def check_count(tx: Transaction, account: str) -> None:
    """Raises TooMany if the account is in as many organisations as it can be."""
    if await tx.one(queries.COUNT_ORGANISATIONS, account) >= MOST_ORGANISATIONS:
        raise TooMany(_("You're in {most} organisations, which is the limit. Leave one first.").format(most=MOST_ORGANISATIONS))


def checked_name(text: str) -> str:
    """A name as it is stored. Raises InvalidInput."""
    fields = Fields()
    name = fields.name(text, most=NAME_MOST)
    fields.check()
    return name


def slug_of(name: str) -> str:
    """“Halden Instruments” becomes “halden-instruments”; a name without Latin letters becomes “organisation”."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return "-".join(words)[:SLUG_MOST].strip("-") or "organisation"
