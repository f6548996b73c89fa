"""Problems of webhooks."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict


class TooManyWebhooks(Conflict):
    code, title = "too_many_webhooks", "This organisation has too many webhooks"
    sentence = "Delete one first."


class NotReplayable(Conflict):
    code, title = "not_replayable", "This can't be sent again now"
    sentence = "It is still being sent."
