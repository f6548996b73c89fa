"""Email addresses: any that are valid (RFC 5321, 5322, 6531, IDNA 2008), and when two of them are the same."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from msgspec import Struct

from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.language import _

LONGEST_BYTES = 254


class Address(Struct, frozen=True):
    """An email address in its three forms.

    `display` is what the person wrote, composed (NFC), with a readable domain. `key` identifies the address: equal keys are
    the same address. `envelope` is where email is sent: the local part as written, the domain in ASCII.

    Case makes no difference. RFC 5321 leaves that to the receiver for the part before @, but no provider gives Ada@ and
    ada@ to two people. Nothing else is merged: dots and plus tags have a meaning at some providers, and case folding
    would make straße and strasse the same.
    """

    display: str
    key: str
    envelope: str

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a server with SMTPUTF8 (RFC 6531) can accept the email."""
        return not self.envelope.isascii()


def parse_address(text: str) -> Address:
    """Parse an address that a person entered. Raises InvalidInput on the field `email`, with a sentence that says how to fix it.

    Nothing is looked up: only sending an email shows whether it arrives. Domains for tests and examples are accepted.
    """
    written = unicodedata.normalize("NFC", text.strip()) if len(text) <= LONGEST_BYTES * 4 else text
    if len(written) > LONGEST_BYTES * 2:
        raise _problem("too_long", _too_long())
    try:
        found = _validate(written)
    except (EmailNotValidError, UnicodeError):
        raise _explain(written) from None
    local, domain = found.local_part, found.ascii_domain.lower()
    # Limits are in octets as they are sent, quotes included (RFC 5321, 4.5.3.1; RFC 6531, 3.2); the library counts characters.
    if len(local.encode()) > _LONGEST_LOCAL:
        raise _problem("too_long", _local_too_long())
    return Address(found.normalized, unicodedata.normalize("NFC", f"{local.lower()}@{domain}"), f"{local}@{domain}")


def _validate(text: str) -> ValidatedEmail:
    # `test_environment` allows the domain .test; without look-ups it has no other effect.
    return validate_email(text, allow_quoted_local=True, strict=True, check_deliverability=False, test_environment=True)


def _explain(text: str) -> InvalidInput:
    """Find out which of the usual mistakes it was, by checking the parts one by one."""
    local, at, domain = text.rpartition("@")
    if not text:
        return _problem("missing", _("Enter an email address, such as name@example.com."))
    if not at:
        return _problem("no_at", _("The @ is missing. Enter an address such as name@example.com."))
    if not domain:
        return _problem("no_domain", _("The part after @ is missing. Enter an address such as name@example.com."))
    if not local:
        return _problem("no_local", _("The part before @ is missing. Enter an address such as name@example.com."))
    if text.endswith(">"):
        return _problem("with_name", _("Enter only the address, without a name or angle brackets: name@example.com."))
    if len(text.encode("utf-8", "replace")) > LONGEST_BYTES:
        return _problem("too_long", _too_long())
    if domain.startswith("["):
        return _problem("invalid_domain", _("The part after @ is an IP address. Use a domain name, such as example.com."))
    if not _valid(f"name@{domain}"):
        return _explain_domain(domain)
    return _explain_local(local)


def _explain_local(local: str) -> InvalidInput:
    if not local.startswith('"') and any(letter.isspace() for letter in local):
        return _problem("spaces", _("The address contains a space. Remove it."))
    if not local.startswith('"') and "@" in local:
        return _problem("two_ats", _("There is more than one @. Enter an address such as name@example.com."))
    if len(local) > _LONGEST_LOCAL:
        return _problem("too_long", _local_too_long())
    if _valid(f"{local}@example.com"):
        # Both parts are good: together they are too long once the domain is written in ASCII, as it is sent.
        return _problem("too_long", _too_long())
    return _problem(
        "invalid_local", _("The part before @ contains something an address can't have, such as two dots in a row. Check the spelling.")
    )


def _explain_domain(domain: str) -> InvalidInput:
    if any(letter.isspace() for letter in domain):
        return _problem("spaces", _("The address contains a space. Remove it."))
    if "." not in domain:
        return _problem("no_ending", _("The part after @ has no ending such as .com. Enter an address such as name@example.com."))
    if _valid(f"name@{domain}.com"):
        return _problem("not_public", _("Email can't be delivered to the domain %(domain)s. Use a different address.") % {"domain": domain})
    return _problem("invalid_domain", _("The part after @ is not a domain. Enter an address such as name@example.com."))


_LONGEST_LOCAL = 64


def _valid(text: str) -> bool:
    try:
        _validate(text)
    except (EmailNotValidError, UnicodeError):
        return False
    return True


def _too_long() -> str:
    return _("The address is too long. It can have at most %(most)d bytes.") % {"most": LONGEST_BYTES}


def _local_too_long() -> str:
    return _("The part before @ is too long. It can have at most %(most)d bytes.") % {"most": _LONGEST_LOCAL}


def _problem(code: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, errors=(FieldError("email", code, sentence),))
