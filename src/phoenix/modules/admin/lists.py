"""The lists for staff."""

from __future__ import annotations

from phoenix.modules.admin.queries import access, events, jobs, organisations, people

LISTS = (access.STAFF, access.KEYS, access.ROLES, events.EVENTS, jobs.FAILED, organisations.ORGANISATIONS, people.PEOPLE)
