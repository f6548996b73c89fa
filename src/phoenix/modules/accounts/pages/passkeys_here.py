"""What pages with a passkey button must know: whether passkeys work at this address, and what a form brought."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from phoenix.kernel.web.call import Call
from phoenix.modules.accounts.actions.passkeys import GivenPasskey
from phoenix.modules.accounts.actions.relying_party import RelyingParty, address_with_passkeys, relying_party, require_party


class PasskeysHere(Struct, frozen=True):
    """`work` at the address of this page; where not, `elsewhere` is the address of the same Phoenix where they do, or ""."""

    work: bool
    elsewhere: str


def passkeys_here(call: Call) -> PasskeysHere:
    work = relying_party(call.runtime.settings, call.request.headers.get("host", "")) is not None
    return PasskeysHere(work, "" if work else address_with_passkeys(call.runtime.settings))


def party_here(call: Call) -> RelyingParty:
    """For whom passkeys are at this address. Raises PasskeysElsewhere."""
    return require_party(call.runtime.settings, call.request.headers.get("host", ""))


def given_passkey(call: Call) -> GivenPasskey:
    """What the script put into the hidden fields."""
    return GivenPasskey(call.form.get("challenge", ""), call.form.get("credential", ""))


def possible_here(call: Call, methods: Sequence[str]) -> list[str]:
    """The methods without those that cannot work at this address, unless nothing else is left."""
    if passkeys_here(call).work:
        return list(methods)
    return [method for method in methods if method != "passkey"] or list(methods)
