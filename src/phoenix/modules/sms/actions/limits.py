"""Limits per client address."""

from __future__ import annotations

from phoenix.kernel.cache.limits import HOUR, Limit

REQUESTS = Limit("phone_number_request", 20, HOUR)
CONFIRMATIONS = Limit("phone_number_confirmation", 60, HOUR)
