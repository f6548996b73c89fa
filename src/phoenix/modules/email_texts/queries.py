"""Queries for the texts of emails."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.query import Query, command, query


class Active(Struct, frozen=True):
    """The newest version of a template in a language. `texts` is a JSON object of texts by the message that they replace."""

    template: str
    locale: str
    texts: str


class Version(Struct, frozen=True):
    """Texts as they were saved once. `restored` is the number of the version that it repeats, 0 for the delivered texts."""

    number: int
    texts: str
    note: str
    account: str
    saved_at: datetime
    restored: int | None


ACTIVE: Query[Active] = query(
    Active,
    """
    SELECT DISTINCT ON (template, locale) template, locale, texts::text AS texts
      FROM email_text_versions ORDER BY template, locale, number DESC
""",
)
# Newest first; no more are kept than a page shows.
VERSIONS: Query[Version] = query(
    Version,
    """
    SELECT number, texts::text AS texts, note, account_id AS account, saved_at, restored
      FROM email_text_versions WHERE template = $1 AND locale = $2 ORDER BY number DESC
""",
)
ADD: Query[int] = query(
    int,
    """
    INSERT INTO email_text_versions (id, template, locale, number, texts, note, account_id, saved_at, restored)
    SELECT $1, $2, $3, latest.number + 1, $4::jsonb, $5, $6, $7, $8
      FROM (SELECT coalesce(max(number), 0) AS number FROM email_text_versions WHERE template = $2 AND locale = $3) AS latest
     WHERE latest.number = ANY($9::bigint[])
    ON CONFLICT (template, locale, number) DO NOTHING RETURNING number
""",
)
FORGET_OLDER = command("DELETE FROM email_text_versions WHERE template = $1 AND locale = $2 AND number <= $3")
OF_ACCOUNT: Query[dict[str, Any]] = query(
    lambda version: version,
    """
    SELECT jsonb_build_object('template', template, 'locale', locale, 'number', number, 'texts', texts, 'note', note, 'at', saved_at)
           AS version
      FROM email_text_versions WHERE account_id = $1 ORDER BY saved_at, id
""",
)
FORGET_NOTES = command("UPDATE email_text_versions SET note = '' WHERE account_id = $1 AND note <> ''")
