"""Errors of keys."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict


class TooManyApiKeys(Conflict):
    code, title = "too_many_api_keys", "Too many API keys"
