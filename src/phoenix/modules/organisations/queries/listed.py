"""The members of an organisation, as they are listed."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.listed import Filter, Listed, Search, Sort, listed
from phoenix.kernel.data.paged import Order
from phoenix.kernel.data.words import END, text_query, typed
from phoenix.kernel.language import _


class Member(Struct, frozen=True):
    account: str
    name: str
    email: str
    time_zone: str
    role: str
    joined_at: datetime
    version: int
    name_key: str
    """The name as it is sorted."""
    rank: int
    """The place of the role, from the highest."""


# As in the index `memberships_by_role`.
_RANK = "(CASE m.role WHEN 'owner' THEN 0 WHEN 'administrator' THEN 1 WHEN 'member' THEN 2 ELSE 3 END)::bigint"
_MEMBERS = """
    SELECT m.account_id AS account, a.name, a.email, a.time_zone, m.role, m.joined_at, m.version, m.name_key, <rank> AS rank
      FROM memberships m JOIN accounts a ON a.id = m.account_id
     WHERE m.organisation_id = $1 AND a.kind = 'person' AND {where} {order}
""".replace("<rank>", _RANK)
ROLE_NAMES = (("owner", _("Owner")), ("administrator", _("Administrator")), ("member", _("Member")), ("viewer", _("Viewer")))
# As words of a sentence.
ROLE_WORDS = {"owner": _("owner"), "administrator": _("administrator"), "member": _("member"), "viewer": _("viewer")}


def _find(words: str) -> tuple[str, tuple[object, ...]]:
    """By the beginnings of words of the name, or of the address."""
    asked = typed(words)
    return "words", (text_query(asked), asked.lower(), asked.lower() + END)


MEMBERS: Listed[Member] = listed(
    "members",
    Member,
    _MEMBERS,
    sorts=(
        Sort("joined", _("Joined"), Order("m.joined_at", "m.account_id AS account")),
        Sort("name", _("Name"), Order("m.name_key", "m.account_id AS account")),
        Sort("role", _("Role"), Order(f"{_RANK} AS rank", "m.account_id AS account")),
    ),
    filters=(Filter("role", _("Role"), _("All roles"), ROLE_NAMES, "m.role = {value}"),),
    search=Search(
        _("Name or address"),
        _find,
        {"words": "to_tsvector('simple', a.name) @@ to_tsquery('simple', {0}) OR (a.email_key >= {1} AND a.email_key < {2})"},
        samples=("ada",),
    ),
    sample=("org_1",),
)
