"""Problems of push."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict


class EndpointTaken(Conflict):
    code, title = "endpoint_taken", "This push address belongs to another browser"
    sentence = "Turn push off in this browser, then turn it on again."
