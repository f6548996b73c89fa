"""Pages of the texts of emails, in the admin panel."""

from __future__ import annotations

from phoenix.modules.email_texts.pages import edit, preview, test

ROUTES = (*edit.ROUTES, *preview.ROUTES, *test.ROUTES)
