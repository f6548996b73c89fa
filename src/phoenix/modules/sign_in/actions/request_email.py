"""Requests for an email to an address: the same response and the same cost, whether or not anyone has it."""

from __future__ import annotations

from phoenix.kernel.data.database import Reader
from phoenix.kernel.i18n.addresses import Address
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import find_by_email
from phoenix.modules.accounts.actions.email_verification import EMAILS_AN_HOUR
from phoenix.modules.sign_in.actions.emails import Owner


async def requested_address(runtime: Runtime, email: str) -> Address | None:
    """The address to email; None if it has reached the hourly limit. Raises InvalidInput."""
    fields = Fields()
    address = fields.email(email)
    fields.check()
    return address if await may_email(runtime, address) else None


async def may_email(runtime: Runtime, address: Address) -> bool:
    """Count an email to the address. Returns whether it is within the hourly limit."""
    return (await runtime.limiter.hit(EMAILS_AN_HOUR, address.key)).allowed


async def owner_of(db: Reader, address: Address) -> Owner:
    """The owner of an address, as the payload of a job. A job for an unknown address costs the same, so that timing reveals nothing."""
    known = await find_by_email(db, address.key)
    return Owner(known.id if known else None)
