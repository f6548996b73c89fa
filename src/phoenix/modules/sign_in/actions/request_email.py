"""Requests for an email to an address: the same response and the same cost, whether or not anyone has it."""

from __future__ import annotations

from phoenix.kernel.data.database import Reader
from phoenix.kernel.i18n.addresses import Address
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.networks import limited_as
from phoenix.modules.accounts.actions.accounts import find_by_email
from phoenix.modules.sign_in.actions.emails import Owner


def requested_address(email: str) -> Address:
    """The address to email. Raises InvalidInput."""
    fields = Fields()
    address = fields.email(email)
    fields.check()
    return address


def asker_at(runtime: Runtime, client_address: str) -> str:
    """The pseudonym of a network, as the one that asked for an email."""
    return runtime.keys.pseudonym(limited_as(client_address))


async def owner_of(db: Reader, address: Address, asked_by: str) -> Owner:
    """The owner of an address, as the payload of a job. A job for an unknown address costs the same, so that timing reveals nothing."""
    known = await find_by_email(db, address.key)
    return Owner(known.id if known else None, asked_by)
