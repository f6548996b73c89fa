"""Change the email address: the new one is verified first, then the old one is notified."""

from __future__ import annotations

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import to_base64url
from phoenix.modules.accounts.actions import addresses, email_verification
from phoenix.modules.accounts.actions.accounts import find_by_email
from phoenix.modules.accounts.actions.email_verification import EmailProof
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.sessions.actions.end import end_other_sessions
from phoenix.modules.sign_in.actions.emails import SEND_ADDRESS_CHANGE, SEND_ADDRESS_CHANGED, SEND_ALREADY_REGISTERED, FormerAddress, Owner
from phoenix.modules.sign_in.actions.sign_up import forget_sign_ups
from phoenix.modules.sign_in.events import AddressChanged

PURPOSE = "change_address"
# Job records hold no readable address, so the old one is sealed.
OLD_ADDRESS = "old address"


async def request_change(tx: Transaction, actor: Actor, *, email: str) -> None:
    """Send a code to the new address. If someone already has it, this is not revealed; its owner is notified instead."""
    fields = Fields()
    address = fields.email(email)
    if address.key == parse_address(actor.record.email).key:
        fields.refuse("email", "unchanged", _("This is already your address."))
    fields.check()
    taken = await find_by_email(tx, address.key)
    # Even if it is taken, since the page shows it.
    await addresses.set_new_address(tx, actor.account, address)
    if taken is not None:
        await enqueue(tx, SEND_ALREADY_REGISTERED, Owner(taken.id, actor.account))
        return
    await enqueue(tx, SEND_ADDRESS_CHANGE, Owner(actor.account, actor.account))


async def change_address(runtime: Runtime, tx: Transaction, actor: Actor, proof: EmailProof) -> str:
    """Make the verified address the account's. Raises WrongCode; AddressTaken if someone was faster."""
    verified = await email_verification.complete(runtime, tx, PURPOSE, proof, account=actor.account)
    requested = await addresses.new_address(tx, actor.account)
    if verified.account != actor.account or not requested:
        raise WrongCode(_("This link belongs to another account. Sign in to that account first."))
    address = parse_address(requested)
    if address.key != verified.email_key:
        raise WrongCode(_("You have since requested a different address. Use the newest email."))
    await addresses.change_address(tx, actor.account, address)
    # Sign-ups for the old address, made while it was taken, must not become accounts now.
    await forget_sign_ups(tx, parse_address(actor.record.email).key)
    # Also codes and links sent to the old address: someone else may read that mailbox now.
    await email_verification.cancel_all(tx, actor.account)
    await end_other_sessions(tx, actor.account, keep=actor.session, reason="address_changed")
    tx.record(AddressChanged(subject=actor.account))
    old = to_base64url(runtime.keys.seal(OLD_ADDRESS, actor.record.email.encode(), bound_to=actor.account))
    await enqueue(tx, SEND_ADDRESS_CHANGED, FormerAddress(actor.account, old))
    return address.display
