"""Events of webhooks. The subject is the webhook."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class WebhookCreated(Event, frozen=True, kw_only=True, kind="webhooks.created"):
    pass


class WebhookChanged(Event, frozen=True, kw_only=True, kind="webhooks.changed"):
    """Where it sends, what, or whether it does."""


class WebhookSecretRotated(Event, frozen=True, kw_only=True, kind="webhooks.secret_rotated"):
    """It signs with a new secret, and for a day with the former one as well."""


class WebhookDeleted(Event, frozen=True, kw_only=True, kind="webhooks.deleted"):
    pass


class WebhookDisabled(Event, frozen=True, kw_only=True, kind="webhooks.disabled"):
    """Nothing reached it for days, or its receiver said that it is gone."""


class DeliveryReplayed(Event, frozen=True, kw_only=True, kind="webhooks.delivery_replayed"):
    delivery: str
