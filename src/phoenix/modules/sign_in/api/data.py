"""Request and response bodies shared by the JSON routes of signing in."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.i18n.fields import Text
from phoenix.modules.accounts.actions.email_verification import EmailProof


class EmailData(Struct, forbid_unknown_fields=True):
    email: Text


class EmailRequestData(EmailData, forbid_unknown_fields=True):
    """`captcha` is the answer of the CAPTCHA, where the installation asks for one."""

    captcha: Text = ""


class ProofData(Struct, forbid_unknown_fields=True):
    """Either `token`, from the link, or `email` and `code`."""

    token: Text = ""
    email: Text = ""
    code: Text = ""

    @property
    def proof(self) -> EmailProof:
        return EmailProof(self.token, self.email, self.code)


class Nothing(Struct):
    """An answer that is always the same."""
