"""What Twilio reports: what became of messages, and replies of STOP and START. Written from its documentation.

Each request is signed with the token of the account: HMAC-SHA1 over the address that was asked and the sorted fields of the form. A signature has
no time in it, so what is asked twice is done once: of a message the first final report counts, and each reply is known by its id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import same
from phoenix.kernel.sms.message import is_number
from phoenix.kernel.sms.transports.twilio import OPTED_OUT
from phoenix.modules.sms import queries
from phoenix.modules.sms.actions.stopping import start, stop
from phoenix.modules.sms.errors import ReportNotSigned
from phoenix.modules.sms.events import TextsResumed, TextsStopped

MOST_FIELDS = 200
KEPT_REPLIES = timedelta(days=366)
# The words of Twilio's default handling, and the German one. Only a message that is no more than the word counts.
STOPS = frozenset({"STOP", "STOPALL", "STOPP", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "ARRET", "ARRETE", "ARRETT"})
STARTS = frozenset({"START", "YES", "UNSTOP"})
_STATES = {"delivered": "delivered", "read": "delivered", "undelivered": "undelivered", "failed": "undelivered", "canceled": "undelivered"}
_TAKEN = frozenset({"accepted", "scheduled", "queued", "sending", "sent"})
_WHY = {30003: "unreachable", 30004: "blocked", 30005: "unknown_number", 30006: "unknown_number", 30007: "blocked", 21610: "opted_out"}
_ID = re.compile(r"[0-9A-Za-z_]{1,64}", re.ASCII)
# What is signed has nothing between the fields. An id of any length would let a letter of it move into the next name, as the id of another reply.
_SID = re.compile(r"[SM]M[0-9a-fA-F]{32}", re.ASCII)

Form = Mapping[str, Sequence[str]]


def read_form(body: bytes) -> Form:
    """The fields of a form, each with its values. Raises ReportNotSigned for what is none: nobody could have signed it."""
    try:
        return parse_qs(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=MOST_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise ReportNotSigned from None


def signature(token: str, url: str, form: Form) -> str:
    """What Twilio signs a request with."""
    signed = url + "".join(name + value for name in sorted(form) for value in sorted(set(form[name])))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def check_signature(token: str, url: str, form: Form, given: str) -> None:
    """Raises ReportNotSigned unless Twilio signed exactly this form for this address, with or without its port."""
    addresses = {url, *_other_forms(url)}
    if not any(same(signature(token, address, form), given) for address in sorted(addresses)):
        raise ReportNotSigned


def _other_forms(url: str) -> list[str]:
    """The address with the port that it has anyway, and without."""
    parts = urlsplit(url)
    port = 443 if parts.scheme == "https" else 80
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    return [parts._replace(netloc=host).geturl(), parts._replace(netloc=f"{host}:{parts.port or port}").geturl()]


async def take(runtime: Runtime, tx: Transaction, message: str, form: Form) -> None:
    """Note what a verified request says. What cannot be understood changes nothing."""
    if status := _first(form, "MessageStatus"):
        await _report(runtime, tx, message, status, form)
    elif _SID.fullmatch(sid := _first(form, "MessageSid")) and is_number(number := _first(form, "From")):
        await _reply(runtime, tx, sid, number, _word(form))


async def _report(runtime: Runtime, tx: Transaction, message: str, status: str, form: Form) -> None:
    state = _STATES.get(status) or ("sent" if status in _TAKEN else "")
    if not state or not _ID.fullmatch(message):
        return
    code = _number(_first(form, "ErrorCode"))
    reason = _WHY.get(code, "not_delivered") if state == "undelivered" else None
    sid = _first(form, "MessageSid")
    account = await tx.maybe(queries.NOTE_REPORT, message, state, reason, code or None, sid if _SID.fullmatch(sid) else None, tx.now)
    # The number that it went to: its person may have another by now.
    if account is not None and code in OPTED_OUT and is_number(number := _first(form, "To")):
        await stop(runtime, tx, number)


async def _reply(runtime: Runtime, tx: Transaction, sid: str, number: str, word: str) -> None:
    if word not in STOPS | STARTS or await tx.maybe(queries.NEW_REPLY, sid, tx.now) is None:
        return
    stops = word in STOPS
    changed = await (stop if stops else start)(runtime, tx, number)
    for account in await tx.all(queries.OWNERS, number) if changed else ():
        tx.record(TextsStopped(subject=account) if stops else TextsResumed(subject=account))


def _word(form: Form) -> str:
    """What was replied, as one of the words: Twilio says which it is where it handles other languages (Advanced Opt-Out)."""
    return (_first(form, "OptOutType") or _first(form, "Body")).strip().upper()


def _first(form: Form, name: str) -> str:
    return form[name][0] if form.get(name) else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
