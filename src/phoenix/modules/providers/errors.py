"""Why providers refuse."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, Forbidden, InvalidInput, Unavailable


class ProviderRefused(InvalidInput):
    """An identity provider said no, or said something that cannot be accepted."""

    code, title = "provider_refused", "Signing in there did not work"


class ProviderDown(Unavailable):
    code, title = "provider_down", "That provider does not answer"
    shows_form = True


class AddressNotVerifiedThere(Forbidden):
    """The provider does not vouch for an address, so it opens nothing here."""

    code, title = "email_not_verified_there", "Your address is not confirmed there"
    shows_form = True


class IdentityTaken(Conflict):
    code, title = "identity_taken", "That account elsewhere belongs to another account here"
