"""Webhooks: what happens in an organisation, sent to other systems, signed (Standard Webhooks)."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import EventKind, Follower, Job, ListQuery, Module, NavigationItem, Permission, PersonalData, Schedule, Titles
from phoenix.kernel.runtime import Part, Runtime
from phoenix.kernel.security.networks import parse_networks
from phoenix.modules.webhooks import api, events, jobs, owned, pages, personal, queries
from phoenix.modules.webhooks.actions.queue import SEND, queue, sweep
from phoenix.modules.webhooks.actions.request import Sender
from phoenix.modules.webhooks.actions.send import send
from phoenix.modules.webhooks.notifications import NOTIFICATIONS
from phoenix.modules.webhooks.titles import titles
from phoenix.settings import setting

# For the plans of queries.
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Webhooks."""

    networks: tuple[str, ...] = setting(
        "NETWORKS", (), "Networks besides the public internet that webhooks may be sent to, such as 10.1.0.0/16, separated by commas."
    )


@contextlib.asynccontextmanager
async def sender(runtime: Runtime) -> AsyncIterator[Sender]:
    """The client that sends them."""
    made = Sender(parse_networks(runtime.part(WebhookSettings).networks))
    try:
        yield made
    finally:
        await made.close()


MODULE = Module(
    name="webhooks",
    about="What happens in an organisation, sent to other systems, signed.",
    folder=Path(__file__).parent,
    needs=("accounts", "organisations"),
    tables=("webhooks", "webhook_deliveries"),
    settings=WebhookSettings,
    parts=(Part(Sender, sender),),
    routes=(*api.ROUTES, *pages.ROUTES),
    lists=(
        ListQuery(queries.DUE_IN, ("", NOW, 500)),
        ListQuery(queries.DELIVERIES, ("whk_1", "~", 21)),
        ListQuery(queries.DELETE_DELIVERIES_OF_ORGANISATION, ("org_1", 500)),
        ListQuery(queries.DELETE_OF_ORGANISATION, ("org_1", 500)),
    ),
    permissions=(Permission("webhooks.manage", _("Manage webhooks and see what they send")),),
    roles={"owner": frozenset({"webhooks.manage"}), "administrator": frozenset({"webhooks.manage"})},
    events=(
        EventKind(events.WebhookCreated, act="credential"),
        EventKind(events.WebhookChanged, act="credential"),
        EventKind(events.WebhookSecretRotated, act="credential"),
        EventKind(events.WebhookDeleted, act="credential"),
        EventKind(events.WebhookDisabled, act=None),
        EventKind(events.DeliveryReplayed, act=None, holds={"delivery": "the id of a delivery"}),
    ),
    notifications=NOTIFICATIONS,
    titles=(Titles("whk", titles),),
    followers=(Follower("webhooks.queue", queue),),
    jobs=(Job(SEND, send),),
    schedules=(
        Schedule("webhooks.forget_old", "31 3 * * *", jobs.forget_old),
        Schedule("webhooks.sweep", "* * * * *", sweep),
    ),
    navigation=(
        NavigationItem(_("Webhooks"), "external", "/o/{organisation}/webhooks", "webhooks.manage", group="organisation", order=78),
    ),
    personal=PersonalData(erase=personal.erase),
    owned=owned.OWNED,
)
