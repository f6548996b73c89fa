"""For pages with a passkey button: whether passkeys work at this address, and the content of their forms."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.web.call import Call
from phoenix.modules.factors.actions.passkeys import PasskeyResponse
from phoenix.modules.factors.actions.relying_party import PasskeysHere, RelyingParty, passkeys_at, possible_at, require_party


def passkeys_here(call: Call) -> PasskeysHere:
    return passkeys_at(call.runtime.settings, _host(call))


def party_here(call: Call) -> RelyingParty:
    """The relying party at the address that was called. Raises PasskeysElsewhere."""
    return require_party(call.runtime.settings, _host(call))


def passkey_response(call: Call) -> PasskeyResponse:
    """The values that the script put into the hidden fields."""
    return PasskeyResponse(call.form.get("challenge", ""), call.form.get("credential", ""))


def possible_here(call: Call, methods: Sequence[str]) -> list[str]:
    """The methods except those that cannot work at this address, unless there are no others."""
    return possible_at(call.runtime.settings, _host(call), methods)


def _host(call: Call) -> str:
    return call.request.headers.get("host", "")
