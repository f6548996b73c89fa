"""How text messages leave Phoenix."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phoenix.settings.declare import between, setting, with_scheme

_ACCOUNT, _KEY = re.compile(r"AC[0-9a-f]{32}", re.IGNORECASE), re.compile(r"SK[0-9a-f]{32}", re.IGNORECASE)
_SERVICE, _NUMBER = re.compile(r"MG[0-9a-f]{32}", re.IGNORECASE), re.compile(r"\+[1-9][0-9]{6,14}")
# An alphanumeric sender, which networks show in place of a number. Nobody can reply to one.
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_PREFIX = re.compile(r"\+[1-9][0-9]{0,13}")


def account(value: str) -> str:
    """Empty, or the SID of an account."""
    return "" if not value or _ACCOUNT.fullmatch(value) else "must be the Account SID, AC and 32 hexadecimal digits"


def api_key(value: str) -> str:
    """Empty, or the SID of an API key."""
    return "" if not value or _KEY.fullmatch(value) else "must be the SID of an API key, SK and 32 hexadecimal digits"


def sms_sender(value: str) -> str:
    """Empty, or what messages are from: a number, a name or a messaging service."""
    whole = any(form.fullmatch(value) for form in (_SERVICE, _NUMBER, _NAME))
    return (
        ""
        if whole or not value
        else f"must be a number such as +4915123456789, a Messaging Service SID, or a name of up to 11 letters, not {value[:40]!r}"
    )


def prefixes(value: tuple[str, ...]) -> str:
    """The beginnings of numbers."""
    wrong = next((text for text in value if not _PREFIX.fullmatch(text)), None)
    return "" if wrong is None else f"contains {wrong[:20]!r}; use country codes such as +49, separated by commas"


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """Text messages."""

    twilio_account: str = setting(
        "TWILIO_ACCOUNT",
        "",
        "Account SID of Twilio, which carries text messages. Empty: none are offered, except to the local mailbox.",
        account,
    )
    twilio_token: str = setting(
        "TWILIO_TOKEN",
        "",
        "Auth token of that account, with which Twilio signs what it reports. Empty: it can report nothing, and STOP isn't noticed.",
        secret=True,
    )
    twilio_key: str = setting("TWILIO_KEY", "", "SID of an API key with which messages are sent. Default: the auth token.", api_key)
    twilio_secret: str = setting("TWILIO_SECRET", "", "Secret of that API key.", secret=True)
    twilio_url: str = setting(
        "TWILIO_URL", "https://api.twilio.com", "Address of Twilio's API, such as that of another region.", with_scheme("https", "http")
    )
    sender: str = setting("SMS_FROM", "", "What text messages are from: a number, a Messaging Service SID or a name.", sms_sender)
    countries: tuple[str, ...] = setting(
        "SMS_COUNTRIES",
        (),
        "Country codes of the numbers that people can use, such as +49,+43, separated by commas. Default: all.",
        prefixes,
    )
    rate: int = setting("SMS_RATE", 60, "Text messages that the provider is given in a minute at most.", between(1, 60_000))
    codes: int = setting(
        "SMS_CODES", 60, "Codes that are sent to new numbers in an hour at most, since each costs money.", between(1, 100_000)
    )
    a_day: int = setting("SMS_A_DAY", 1000, "Text messages in 24 hours at most, codes included.", between(1, 10_000_000))

    @property
    def leaves(self) -> bool:
        """Whether text messages leave this machine."""
        return bool(self.twilio_account)
