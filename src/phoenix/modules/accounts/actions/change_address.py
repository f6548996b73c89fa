"""Change one's e-mail address: the new one is proven first, then the old one is told."""

from __future__ import annotations

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import to_base64url
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.fields import Fields
from phoenix.modules.accounts.actions.prove import Given, spend_proof
from phoenix.modules.accounts.actions.sessions import end_other_sessions
from phoenix.modules.accounts.actions.sign_up import MAILS_AN_HOUR
from phoenix.modules.accounts.errors import AddressTaken, WrongProof
from phoenix.modules.accounts.events import AddressChanged

PURPOSE = "change_address"
# Job records hold no address that can be read, so the old one travels sealed.
OLD_ADDRESS = "old address"


async def ask_for_change(runtime: Runtime, tx: Transaction, actor: Actor, *, email: str) -> None:
    """Send a proof to the new address. Whether somebody has it already stays unsaid: its owner is told instead."""
    fields = Fields()
    address = fields.email(email)
    if address is not None and address.key == parse_address(actor.record.email).key:
        fields.refuse("email", "unchanged", _("This is your address already."))
    fields.check()
    if address is None or not (await runtime.limiter.hit(MAILS_AN_HOUR, address.key)).allowed:
        return
    taken = await tx.maybe(queries.ACCOUNT_BY_EMAIL, address.key)
    # The new address waits at the account, so that the job's record holds none; also one that is taken, since the page shows it.
    await tx.execute(queries.AWAIT_ADDRESS, actor.account, address.display)
    if taken is not None:
        await enqueue(tx, "accounts.send_already_registered", {"account": taken.id})
        return
    await enqueue(tx, "accounts.send_address_change", {"account": actor.account})


async def change_address(runtime: Runtime, tx: Transaction, actor: Actor, given: Given) -> str:
    """The proven address is the account's from now on. Raises WrongProof; AddressTaken where somebody was faster."""
    proof = await spend_proof(runtime, tx, PURPOSE, given)
    waiting = await tx.maybe(queries.AWAITED_ADDRESS, actor.account)
    if proof.account != actor.account or not waiting:
        raise WrongProof(_("This link belongs to another account. Sign in with that one first."))
    address = parse_address(waiting)
    if address.key != proof.email_key:
        raise WrongProof(_("You asked for another address since. Use the newest mail."))
    await tx.execute(queries.TAKE_TURN_AT_ADDRESS, address.key)
    if await tx.maybe(queries.SET_ADDRESS, actor.account, address.display, address.key, tx.now) is None:
        raise AddressTaken(_("Another account has this address by now. Use a different one."))
    # Nobody's sign-up for the old address, tried while it was taken, begins an account there now.
    await tx.execute(queries.FORGET_SIGN_UPS, parse_address(actor.record.email).key)
    # Also what was mailed to the old address, to log in or for a new password: who reads that mailbox now may be another.
    await tx.execute(queries.SPEND_ALL_PROOFS_OF_ACCOUNT, actor.account, tx.now)
    await end_other_sessions(tx, actor.account, keep=actor.session, reason="address_changed")
    tx.record(AddressChanged(subject=actor.account))
    old = to_base64url(runtime.keys.seal(OLD_ADDRESS, actor.record.email.encode(), bound_to=actor.account))
    await enqueue(tx, "accounts.send_address_changed", {"account": actor.account, "old": old})
    return address.display
