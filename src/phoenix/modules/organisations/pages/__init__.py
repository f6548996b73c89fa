"""Pages of organisations, collected from their files."""

from __future__ import annotations

from phoenix.modules.organisations.pages import deletion, invitations, organisations, service_accounts, transfer

ROUTES = (*organisations.ROUTES, *invitations.ROUTES, *service_accounts.ROUTES, *deletion.ROUTES, *transfer.ROUTES)
