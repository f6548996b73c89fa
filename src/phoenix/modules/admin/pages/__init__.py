"""Pages of the admin panel, collected from their files. They are only on the admin listener."""

from __future__ import annotations

from phoenix.modules.admin.pages import access, events, export, front, jobs, keys, mails, organisations, people, person, settings

ROUTES = (
    *front.ROUTES,
    *people.ROUTES,
    *person.ROUTES,
    *export.ROUTES,
    *organisations.ROUTES,
    *access.ROUTES,
    *jobs.ROUTES,
    *events.ROUTES,
    *keys.ROUTES,
    *settings.ROUTES,
    *mails.ROUTES,
)
