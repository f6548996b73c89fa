"""Requests for an email to an address: the same response and the same cost, whether or not anyone has it."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.database import Reader
from phoenix.kernel.i18n.addresses import Address
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.modules.sign_in import queries
from phoenix.modules.sign_in.actions.destination import seal_destination
from phoenix.modules.sign_in.actions.emails import Owner


def requested_address(email: str) -> Address:
    """The address to email. Raises InvalidInput."""
    fields = Fields()
    address = fields.email(email)
    fields.check()
    return address


class Sender(Struct, frozen=True):
    """Someone who isn't signed in: a pseudonym of their network, and the token of their device, which an account may know."""

    network: str
    device: str = ""

    def names(self, runtime: Runtime) -> tuple[str, ...]:
        """What their attempts at a code are counted by: the network, unless the device requested the email."""
        return (self.network, _name_of(runtime, self.device)) if self.device else (self.network,)


async def owner_of(runtime: Runtime, db: Reader, address: Address, sender: Sender, on_to: str = "") -> Owner:
    """The owner of an address, as the payload of a job, with the path they were going to. A job for an unknown address costs the same, so that timing reveals nothing."""
    found = await db.maybe(queries.OWNER, address.key, hash_token(sender.device))
    destination = seal_destination(runtime, on_to, address.key)
    if found is not None and found.knows_device:
        return Owner(found.account, _name_of(runtime, sender.device), known=True, destination=destination)
    return Owner(found.account if found else None, sender.network, destination=destination)


def _name_of(runtime: Runtime, device: str) -> str:
    return runtime.keys.pseudonym(f"device {device}")
