"""Why keys refuse."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict


class TooManyApiKeys(Conflict):
    code, title = "too_many_api_keys", "There are too many API keys"
    shows_form = True
