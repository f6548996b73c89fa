"""What people wrote, apart from the chain: the chain covers a salted hash of each text, so that erasing it breaks nothing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.language import _
from phoenix.kernel.registry import Registry
from phoenix.modules.audit import queries
from phoenix.modules.audit.queries import AuditRow, Text

SALT_BYTES = 16
HASH = "sha256"
# Kinds of events that 2.0 had under other names: rows of the log stay as written.
FORMER: Mapping[str, tuple[str, ...]] = {"accounts.locked": ("reason",), "accounts.impersonated": ("reason",)}


class Split(Struct, frozen=True):
    """The data of a row without its texts, and the texts."""

    data: dict[str, Any]
    texts: list[Text]


def split_texts(registry: Registry, row: AuditRow) -> Split:
    """Replace each text of a row by its salted hash, and those that only code of the last release reads by nothing."""
    kind = registry.events.get(row.action)
    written, leaving = (kind.written, kind.leaving) if kind else (FORMER.get(row.action, ()), ())
    data, texts = dict(row.data), []
    for field in written:
        text = data.get(field)
        if isinstance(text, str) and text:
            salt = secrets.token_bytes(SALT_BYTES)
            # What belongs to the organisation outlives whoever wrote it.
            actor = None if kind is not None and kind.common else row.actor
            texts.append(Text(row.number, field, salt, text, row.event, actor, row.subject))
            data[field] = {HASH: _hash(salt, text)}
    data |= {field: "" for field in leaving if isinstance(data.get(field), str)}
    return Split(data, texts)


async def add_texts(tx: Transaction, texts: Sequence[Text]) -> None:
    if texts:
        await tx.execute(queries.ADD_TEXTS, *map(list, zip(*(msgspec.structs.astuple(text) for text in texts), strict=True)))


def fault_of_texts(rows: Sequence[AuditRow], texts: Sequence[Text]) -> tuple[int, str]:
    """The first row whose text is not the one that was hashed, and what is wrong; 0 and "" if there is none. An erased text is none."""
    by_number = {row.number: row for row in rows}
    for text in texts:
        if by_number[text.number].data.get(text.field) != {HASH: _hash(text.salt, text.text)}:
            return text.number, _("A text of row {number} was changed.").format(number=text.number)
    return 0, ""


def _hash(salt: bytes, text: str) -> str:
    return hashlib.sha256(salt + text.encode()).hexdigest()
