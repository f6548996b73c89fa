"""What organisations show on the dashboard, and their step of the checklist."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.module import Card, WelcomeStep

MEMBERS = Card(
    "organisations.members",
    _("Members"),
    sql="""
        SELECT json_build_object('count', (SELECT coalesce(sum(count), 0) FROM member_counts WHERE organisation_id = $1), 'newest', (
            SELECT coalesce(json_agg(json_build_object('id', n.id, 'name', n.name, 'role', n.role, 'joined_at',
                   to_char(n.joined_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))), '[]'::json)
              FROM (SELECT a.id, a.name, m.role, m.joined_at FROM memberships m JOIN accounts a ON a.id = m.account_id
                     WHERE m.organisation_id = $1 AND a.kind = 'person' ORDER BY m.joined_at DESC, a.id LIMIT 5) n))
    """,
    template="organisations/card_members.html",
    figures="organisations/figures_members.html",
    permission="organisations.read",
    side=True,
)

INVITE = WelcomeStep(
    "organisations.invite",
    _("Invite people"),
    _("They get an email with a link, and see what you share as soon as they join."),
    _("Invite people"),
    icon="people",
    path="/o/{organisation}/members",
    done="""
        (SELECT coalesce(sum(count), 0) > 1 FROM member_counts WHERE organisation_id = $1)
        OR EXISTS (SELECT 1 FROM invitations WHERE invited_by = $2 AND organisation_id = $1)
    """,
    permission="organisations.invite",
    order=20,
)
