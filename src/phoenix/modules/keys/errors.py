"""Why keys refuse."""

from __future__ import annotations

from phoenix.kernel.errors import FormConflict


class TooManyApiKeys(FormConflict):
    code, title = "too_many_api_keys", "Too many API keys"
