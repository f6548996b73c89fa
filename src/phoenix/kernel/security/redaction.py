"""Redacts personal data and secrets in log output: by key, by known value and by pattern.

The last step before a line is logged. It errs on the side of redacting; ids, UUIDs, times and versions are preserved.
"""

from __future__ import annotations

import dataclasses
import html
import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec

BLANK = "[redacted]"
LONGEST = 20_000
_DEEPEST = 6
_SHORTEST_KNOWN = 3
_SHORTEST_ANYWHERE = 8

# fmt: off
# The value of a key is redacted when one of the key's words is among these: `new_password`, `clientIp`.
_WORDS = frozenset(
    {
        "password", "passwd", "passphrase", "secret", "token", "jwt", "authorization", "cookie", "csrf", "otp", "totp", "signature",
        "credential", "credentials", "apikey", "dsn", "pan", "cvc", "cvv", "iban", "email", "mail", "ip", "phone", "mobile", "surname",
        "birthday", "street",
    }
)
# … or when the whole key is one of these; as one word of several they mean something else.
_WHOLE_KEYS = frozenset(
    {
        "name", "full_name", "first_name", "last_name", "given_name", "family_name", "display_name", "user_name", "username", "user",
        "inviter", "recipient", "to", "sender", "address", "client_address", "remote_addr", "remote_address", "peer", "client",
        "x_forwarded_for", "x_real_ip", "forwarded", "forwarded_for", "body", "request_body", "form", "payload", "query", "query_string",
        "params", "parameters", "args", "bio", "title", "text",
    }
)
# fmt: on
_KEYS_OF_SECRETS = ("api_key", "secret_key", "private_key", "session_key")
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

_known: ContextVar[set[str] | None] = ContextVar("known_values", default=None)


@contextmanager
def remember(*values: str) -> Iterator[None]:
    """Redact these values, in any usual encoding, in everything logged within the block: a name, an address, a form's text."""
    token = _known.set({*(_known.get() or ()), *values})
    try:
        yield
    finally:
        _known.reset(token)


def also_remember(*values: str) -> None:
    """Add further values to the innermost `remember`; without one, nothing happens."""
    known = _known.get()
    if known is not None:
        known.update(values)


def redact(text: str, *, ours: frozenset[str] = frozenset()) -> str:
    """The text with everything redacted that must not be logged. At most 20,000 characters of it.

    `ours` are words of Phoenix in it, such as the name of an event, which stay even if someone is called the same.
    """
    if len(text) > LONGEST:
        text = text[:LONGEST] + "…"
    known = _known.get()
    if known and (pattern := _pattern_of(frozenset(known))) is not None:
        text = pattern.sub(lambda found: found[0] if found[0] in ours else BLANK, text)
    if _PLAIN.fullmatch(text):
        return text
    for needles, pattern, replacement in _PATTERNS:
        if any(needle in text for needle in needles):
            text = pattern.sub(replacement, text)
    text = _RANDOM.sub(_blank_token, _blank_emails(text))
    text = _IPV4.sub(_blank_address, text)
    if "::" in text or text.count(":") >= _LEAST_COLONS:
        text = _IPV6.sub(_blank_address, text)
    return _CARD.sub(_blank_card, text)


def redact_value(value: Any, key: str = "", depth: int = 0) -> Any:
    """A value of a log record as plain data, redacted. Objects become their fields or their repr, bytes only their length."""
    if value is None or isinstance(value, bool):
        return value
    if key and is_sensitive(key):
        return BLANK
    if isinstance(value, str):
        return BLANK if key == "code" and _CODE.fullmatch(value) else redact(value)
    if isinstance(value, int | float):
        text = str(value)
        return value if redact(text) == text else BLANK
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if depth >= _DEEPEST:
        return "[…]"
    if isinstance(value, msgspec.Struct):
        value = {f: getattr(value, f) for f in value.__struct_fields__}
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {redact(str(name)): redact_value(item, str(name), depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_value(item, "", depth + 1) for item in value]
    return redact(_shown(value))


@lru_cache(maxsize=4096)
def is_sensitive(key: str) -> bool:
    """Whether values under that key are never logged."""
    words = [word.lower() for word in _WORD.findall(key)]
    joined = "_".join(words)
    return not _WORDS.isdisjoint(words) or joined in _WHOLE_KEYS or joined.endswith(_KEYS_OF_SECRETS)


def _shown(value: object) -> str:
    try:
        return f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else repr(value)
    except Exception:  # noqa: BLE001 - a broken repr must not stop the record of what broke
        return f"<{type(value).__name__}>"


@lru_cache(maxsize=512)
def _pattern_of(known: frozenset[str]) -> re.Pattern[str] | None:
    forms: set[str] = set()
    for value in (value.strip() for value in known):
        if len(value) >= _SHORTEST_KNOWN:
            escaped = value.encode("unicode_escape").decode()
            forms |= {
                value,
                quote(value, safe=""),
                quote(value),
                quote_plus(value),
                html.escape(value),
                escaped,
                json.dumps(value)[1:-1],
                repr(value)[1:-1],
            }
    if not forms:
        return None
    return re.compile("|".join(_whole(form) for form in sorted(forms, key=len, reverse=True)), re.IGNORECASE)


def _whole(form: str) -> str:
    """Match short values only as whole words: a person called Ann must not cause “planning” to be redacted."""
    pattern = re.escape(form)
    if len(form) >= _SHORTEST_ANYWHERE:
        return pattern
    return (r"(?<![^\W_])" if form[0].isalnum() else "") + pattern + (r"(?![^\W_])" if form[-1].isalnum() else "")


_SECRET = r"[\w.-]*(?:password|passwd|passphrase|secret|token|jwt|authorization|cookie|csrf|otp|signature|credential|api_?key|dsn)[\w.-]*"  # noqa: S105 - names of secrets
_SENSITIVE = rf"{_SECRET}|(?:[\w.-]*[_.-])?(?:e?mail|ip|phone|name|username|client|peer|remote_addr|body|query_string)"
_QUOTED = r"""(?:"(?:[^"\\]|\\.)*(?:"|$)|'(?:[^'\\]|\\.)*(?:'|$))"""

# Plain words and ids, which are most of the output: nothing to look for.
_PLAIN = re.compile(r"(?!pho_)[a-z_]{1,40}(?:_[0-9a-hjkmnp-tv-z]{26})?")

# What a text must contain for the pattern to be worth trying, the pattern, and its replacement.
_PATTERNS = [
    (needles, re.compile(pattern), replacement)
    for needles, pattern, replacement in (
        # user:password@ in URLs of databases, caches and mail servers
        (("://",), r"(?<=://)[^/\s\"'<>]{1,512}@", rf"{BLANK}@"),
        ((" ",), r"(?i)\b(bearer|basic)\s+[\w\-.~+/%]{6,}=*", rf"\1 {BLANK}"),
        (("eyJ",), r"\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)*", BLANK),
        (("pho_",), r"\bpho_[\w-]+", BLANK),
        # headers, to the end of the line
        (
            (":",),
            r"(?i)\b((?:authorization|cookie|x-csrf-token|x-forwarded-for|forwarded|x-real-ip)\s*:\s*+)(?!\[redacted).+",
            rf"\1{BLANK}",
        ),
        # 'password': '…', password="…"
        (("'", '"'), rf"(?i)(?<![\w.-])((?:{_SENSITIVE})(?:\\?['\"])?\s*[:=]\s*b?\\?){_QUOTED}", rf"\1{BLANK}"),
        # (b'cookie', b'…'), but not what follows a value such as "wrong_credentials"
        (("',", '",'), rf"(?i)([(\[]\s*b?\\?['\"](?:{_SENSITIVE})\\?['\"],\s*b?\\?){_QUOTED}", rf"\1{BLANK}"),
        # password=…, token:…, in forms, URLs and messages of libraries
        (("=", ":"), rf"(?i)(?<![\w.-])({_SECRET}[:=])(?!\[redacted)[^\s&;,'\"()\[\]{{}}<>]+", rf"\1{BLANK}"),
        (("=",), rf"(?i)([?&](?:{_SENSITIVE}|code|state|key|sig|q)=)[^\s&#'\"<>]+", rf"\1{BLANK}"),
        (("ode", "ODE"), r"(?i)\b(code\\?['\"]?\s*[:=]\s*\\?['\"]?)\d{6,8}\b", rf"\1{BLANK}"),
        # PostgreSQL quotes rows and input in its messages
        (
            ("Key (",),
            r"(?s)(\bKey \([^)]{1,500}\)=\().*?(\) (?:already exists|is not present|is still referenced|conflicts))",
            rf"\1{BLANK}\2",
        ),
        (("Failing row",), r"(\bFailing row contains \()(?!\[redacted)[^\n]*", rf"\1{BLANK})."),
        (("invalid input",), r"(\binvalid input (?:syntax|value)[^:\n]{0,80}: )\"[^\n]*\"", rf"\1{BLANK}"),
        # telephone numbers as E.164 writes them
        (("+",), r"(?<![\w.+])\+[1-9](?:[ ().-]{0,2}\d){7,14}(?!\w)", BLANK),
    )
]

_ESCAPE = r"\\x[0-9a-fA-F]{2}|\\[uU][0-9a-fA-F]{4,8}"
_AT = re.compile(r"@|＠|%(?:25){0,4}40|&#64;|&#x40;|&commat;|\\u0040|\\x40")
_LOCAL = re.compile(rf"(?:\\?\"(?:[^\"\\\n]|\\.)+\"|(?:[^\s\"<>()\[\]{{}},;:\\]|{_ESCAPE})+)\Z")
_DOMAIN = re.compile(rf"\[[\w:.]{{3,60}}\]|(?=[\w.%\\-]{{0,254}}[^\W\d_])(?:[\w%-]|{_ESCAPE}|[.。](?=[\w%\\])){{1,255}}")
_LONGEST_LOCAL = 256
# What can precede an address in the same run of characters, and is preserved: a path, a query, `email=`, an open quote.
_BEFORE_EMAIL = re.compile(r"/(?:.*[/?&=])?|[\w.-]*='?|'")
_IPV4 = re.compile(r"(?<![\d.vV])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{2,}[0-9A-Fa-f:.]*(?:%[\w.-]+)?")
_LEAST_COLONS = 7
_RANDOM = re.compile(r"[A-Za-z0-9_-]{40,}")
_MOST_CAPITALS = 12
_CODE = re.compile(r"\d{6,8}")
# By the prefixes of the card networks, so that a time in microseconds is not mistaken for a card.
_CARD = re.compile(r"(?<![\w.-])(?:4|5[1-5]|2[2-7]|3[0-8]|6)(?:[ -]?\d){11,18}(?![\w-])")


def _blank_emails(text: str) -> str:
    """Looks in both directions from each @, so that the time is proportional to the length of any text."""
    parts = []
    done = 0
    for at in _AT.finditer(text):
        if at.start() <= done or (domain := _DOMAIN.match(text, at.end())) is None:
            continue
        local = _LOCAL.search(text, max(done, at.start() - _LONGEST_LOCAL), at.start())
        if local is None:
            continue
        before = _BEFORE_EMAIL.match(local[0])
        parts += [text[done : local.start()], before[0] if before and "@" not in before[0] else "", "[email]"]
        done = domain.end()
    return "".join([*parts, text[done:]]) if parts else text


def _blank_address(match: re.Match[str]) -> str:
    text = match[0]
    bare = text.partition("%")[0].rstrip(".:") if not text.endswith("::") else text
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return text
    # Not personal: addresses Phoenix listens on.
    return text if address.is_loopback or address.is_unspecified else "[ip]" + text[len(text.rstrip(".:")) :]


def _blank_token(match: re.Match[str]) -> str:
    """Whether the text looks random. Names have fewer capitals, digests only one case."""
    text = match[0]
    capitals = sum("A" <= letter <= "Z" for letter in text)
    mixed = capitals and any("a" <= letter <= "z" for letter in text)
    return BLANK if mixed and (capitals >= _MOST_CAPITALS or any(letter.isdigit() for letter in text)) else text


def _blank_card(match: re.Match[str]) -> str:
    digits = [int(letter) for letter in match[0] if letter.isdigit()]
    total = sum(digits[-1::-2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return match[0] if total % 10 else "[card]"
