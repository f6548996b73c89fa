"""Pages of impersonation: for staff on the admin listener, and for their link on the public one."""

from __future__ import annotations

from phoenix.modules.impersonation.pages import public, staff

ROUTES = (*public.ROUTES, *staff.ROUTES)
