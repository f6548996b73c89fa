"""Changes that no test can or should notice, each with its reason: by file, then by the key of the mutant."""

from __future__ import annotations

EQUIVALENT: dict[str, dict[str, str]] = {}
