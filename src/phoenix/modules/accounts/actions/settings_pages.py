"""Addresses of settings pages that other modules extend or link to."""

from __future__ import annotations

SECURITY = "/settings/security"
