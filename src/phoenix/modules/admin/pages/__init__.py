"""Pages of the admin panel, folded from their files. All of them are on the admin listener alone."""

from __future__ import annotations

from phoenix.modules.admin.pages import audit, events, export, front, jobs, keys, look_as, mails, organisations, people, person, settings

ROUTES = (
    *front.ROUTES,
    *people.ROUTES,
    *person.ROUTES,
    *export.ROUTES,
    *look_as.ROUTES,
    *organisations.ROUTES,
    *jobs.ROUTES,
    *events.ROUTES,
    *audit.ROUTES,
    *keys.ROUTES,
    *settings.ROUTES,
    *mails.ROUTES,
)
