"""What entries show on the dashboard, and their step of the checklist."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.module import Card, WelcomeStep

PER_DAY = Card(
    "entries.per_day",
    _("Entries per day"),
    sql="""
        SELECT json_build_object('days', json_agg(json_build_object('date', d.day, 'count', coalesce(e.count, 0)) ORDER BY d.day))
          FROM (SELECT ((now() AT TIME ZONE $3)::date - back) AS day FROM generate_series(0, 13) AS back) d
          LEFT JOIN (SELECT (quarter AT TIME ZONE $3)::date AS day, sum(count)::bigint AS count FROM entry_counts
                      WHERE organisation_id = $1 AND quarter > now() - interval '16 days' AND quarter <= now()
                      GROUP BY 1) e ON e.day = d.day
    """,
    template="entries/card_per_day.html",
    figures="entries/figures_per_day.html",
    permission="entries.read",
)

RECENT = Card(
    "entries.recent",
    _("Latest entries"),
    sql="""
        SELECT json_build_object('last', (
                   SELECT json_build_object('author', l.author_id, 'author_name', a.name, 'occurred_at',
                          to_char(l.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
                     FROM entries l JOIN accounts a ON a.id = l.author_id
                    WHERE l.organisation_id = $1 AND l.occurred_at <= now() ORDER BY l.occurred_at DESC, l.id DESC LIMIT 1),
                   'entries', coalesce(json_agg(json_build_object(
                   'id', e.id, 'title', e.title, 'author', e.author_id, 'author_name', e.name, 'occurred_at',
                   to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY e.occurred_at DESC, e.id DESC), '[]'::json))
          FROM (SELECT e.id, e.title, e.author_id, a.name, e.occurred_at FROM entries e JOIN accounts a ON a.id = e.author_id
                 WHERE e.organisation_id = $1 ORDER BY e.occurred_at DESC, e.id DESC LIMIT 5) e
    """,
    template="entries/card_recent.html",
    figures="entries/figures_recent.html",
    permission="entries.read",
)

FIRST_ENTRY = WelcomeStep(
    "entries.first",
    _("Write your first entry"),
    _("A title is enough. Everyone in the organisation sees it in the feed."),
    _("Write entry"),
    icon="entry",
    path="/o/{organisation}/entries/new",
    done="EXISTS (SELECT 1 FROM entries WHERE author_id = $2 AND organisation_id = $1)",
    permission="entries.write",
    order=10,
)
