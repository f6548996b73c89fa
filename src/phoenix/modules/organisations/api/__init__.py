"""JSON routes of organisations, collected from their files."""

from __future__ import annotations

from phoenix.modules.organisations.api import deletion, invitations, organisations, service_accounts, transfer

ROUTES = (*organisations.ROUTES, *service_accounts.ROUTES, *deletion.ROUTES, *transfer.ROUTES, *invitations.ROUTES)
