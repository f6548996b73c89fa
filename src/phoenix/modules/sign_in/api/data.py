"""Request and response bodies shared by the JSON routes of signing in."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.i18n.fields import Text
from phoenix.modules.accounts.actions.email_verification import EmailProof


class EmailData(Struct, forbid_unknown_fields=True):
    email: Text


class EmailRequestData(EmailData, forbid_unknown_fields=True):
    """`captcha` is the answer of the CAPTCHA, where the installation asks for one.

    `device` is what an earlier sign-in on this device answered: with it, strangers' requests use up none of this device's emails.
    """

    captcha: Text = ""
    device: Text = ""


class ProofData(Struct, forbid_unknown_fields=True):
    """Either `token`, from the link, or `email` and `code`."""

    token: Text = ""
    email: Text = ""
    code: Text = ""

    def proof(self, by: tuple[str, ...]) -> EmailProof:
        """`by` is whoever sends it: see `EmailProof`."""
        return EmailProof(by, self.token, self.email, self.code)


class Nothing(Struct):
    """An answer that is always the same."""
