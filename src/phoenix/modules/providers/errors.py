"""Why providers refuse."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, Forbidden, InvalidInput, Unavailable


class ProviderRefused(InvalidInput):
    """An identity provider said no, or said something that cannot be accepted."""

    code, title = "provider_refused", "Sign-in with the provider failed"


class ProviderDown(Unavailable):
    code, title = "provider_down", "Provider unavailable"
    shows_form = True


class AddressNotVerifiedThere(Forbidden):
    """The provider does not vouch for an address, so it opens nothing here."""

    code, title = "email_not_verified_there", "Address not confirmed at the provider"
    shows_form = True


class IdentityTaken(Conflict):
    code, title = "identity_taken", "Already connected to another account"
