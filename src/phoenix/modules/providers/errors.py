"""Errors of providers."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, Forbidden, InvalidInput, Unavailable


class ProviderRefused(InvalidInput):
    """An identity provider refused, or gave an answer that cannot be accepted."""

    code, title = "provider_refused", "Sign-in with the provider failed"


class ProviderDown(Unavailable):
    code, title = "provider_down", "Provider unavailable"
    shows_form = True


class AddressNotVerifiedThere(Forbidden):
    """The provider does not confirm an address, so the identity cannot be used."""

    code, title = "email_not_verified_there", "Address not confirmed at the provider"
    shows_form = True


class IdentityTaken(Conflict):
    code, title = "identity_taken", "Already connected to another account"
