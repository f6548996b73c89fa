"""Addresses of settings pages that other modules put something on, or send people back to."""

from __future__ import annotations

SECURITY = "/settings/security"
