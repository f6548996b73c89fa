"""What pages with a passkey button must know: whether passkeys work at this address, and what a form brought."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.web.call import Call
from phoenix.modules.factors.actions.passkeys import PasskeyResponse
from phoenix.modules.factors.actions.relying_party import PasskeysHere, passkeys_at, possible_at


def passkeys_here(call: Call) -> PasskeysHere:
    return passkeys_at(call.runtime.settings, _host(call))


def passkey_response(call: Call) -> PasskeyResponse:
    """What the script put into the hidden fields."""
    return PasskeyResponse(call.form.get("challenge", ""), call.form.get("credential", ""))


def possible_here(call: Call, methods: Sequence[str]) -> list[str]:
    """The methods without those that cannot work at this address, unless nothing else is left."""
    return possible_at(call.runtime.settings, _host(call), methods)


def _host(call: Call) -> str:
    return call.request.headers.get("host", "")
