"""Create an organisation."""

from __future__ import annotations

import secrets
import unicodedata

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.errors import TooMany
from phoenix.modules.organisations.events import OrganisationCreated
from phoenix.modules.organisations.queries import Organisation

NAME_MOST = 80
SLUG_MOST = 40
MOST_ORGANISATIONS = 200
OWNER = "owner"


async def create_organisation(tx: Transaction, actor: Actor, *, name: str) -> Organisation:
    """Create an organisation with the actor as its owner, in their language and time zone.

    The slug is derived from the name, with four more letters if it is taken.
    """
    name = checked_name(name)
    await check_count(tx, actor.account)
    base = slug_of(name)
    made = None
    for slug in (base, *(f"{base}-{secrets.token_hex(2)}" for _try in range(8))):
        made = await tx.maybe(queries.INSERT, new_id("org"), slug, name, tx.now, actor.locale, actor.time_zone)
        if made is not None:
            break
    if made is None:
        raise InvalidInput(errors=(FieldError("name", "taken", _("Too many organisations have this name. Use another one.")),))
    await tx.execute(queries.INSERT_MEMBER, made.id, actor.account, OWNER, tx.now, actor.account)
    tx.invalidate(ACCOUNT(actor.account))
    tx.record(OrganisationCreated(organisation=made.id, subject=made.id, name=name))
    return made


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
