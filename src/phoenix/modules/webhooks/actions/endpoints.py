"""Create, change, switch off and delete the webhooks of an organisation, and rotate their secrets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from phoenix.kernel.actor import Membership
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import check_id, new_id
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.errors import EditConflict, NotFound
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.public_addresses import NOT_PUBLIC
from phoenix.modules.webhooks import queries, signing
from phoenix.modules.webhooks.actions.queue import SEND, Sending
from phoenix.modules.webhooks.actions.request import Sender
from phoenix.modules.webhooks.errors import TooManyWebhooks
from phoenix.modules.webhooks.events import WebhookChanged, WebhookCreated, WebhookDeleted, WebhookSecretRotated
from phoenix.modules.webhooks.queries import Webhook

MISSING = _("This webhook doesn't exist, or you don't have access to it.")
MOST_WEBHOOKS = 20
LONGEST_URL, LONGEST_DESCRIPTION = 500, 100
SEALED_AS = "webhook"
# Receivers can be given the new secret while both are valid.
FORMER_VALID = timedelta(hours=24)
MOST_FORMER = 4
BY_PERSON = "by_person"
WEB, SECURE_WEB, FIRST_FREE_PORT = 80, 443, 1024


class Draft(Struct, frozen=True):
    """The fields of a webhook. No `kinds` are all of them."""

    url: str
    description: str = ""
    kinds: Sequence[str] = ()


class Made(Struct, frozen=True):
    """A webhook and its secret, which is shown once."""

    id: str
    secret: str


async def create_webhook(runtime: Runtime, tx: Transaction, member: Membership, draft: Draft, *, kinds: Collection[str]) -> Made:
    """Create a webhook. `kinds` are those that there are. Raises InvalidInput and TooManyWebhooks."""
    clean = _checked(runtime, draft, kinds)
    if await tx.one(queries.COUNT, member.organisation) >= MOST_WEBHOOKS:
        raise TooManyWebhooks
    made, secret = new_id("whk", tx.now), signing.new_secret()
    sealed = runtime.keys.seal(SEALED_AS, secret, bound_to=made)
    await tx.execute(
        queries.INSERT, made, member.organisation, clean.url, clean.description, list(clean.kinds), sealed, member.account, tx.now
    )
    tx.record(WebhookCreated(organisation=member.organisation, subject=made))
    return Made(made, signing.shown(secret))


async def find_webhook(db: Reader, webhook: str) -> Webhook:
    """One webhook, of whichever organisation: the caller checks whether the actor can see it. Raises NotFound."""
    found: Webhook | None = None
    if check_id(webhook, "whk"):
        found = await db.maybe(queries.WEBHOOK, webhook)
    if found is None:
        raise NotFound(MISSING)
    return found


async def change_webhook(
    runtime: Runtime, tx: Transaction, webhook: Webhook, draft: Draft, *, kinds: Collection[str], versions: Sequence[int] | None
) -> None:
    """Change where a webhook sends, and what. Raises InvalidInput, and EditConflict if none of `versions` is the latest."""
    clean = _checked(runtime, draft, kinds)
    is_current = versions is None or webhook.version in versions
    if is_current and clean == Draft(webhook.url, webhook.description, webhook.kinds):
        return
    if await tx.maybe(queries.CHANGE, webhook.id, clean.url, clean.description, list(clean.kinds), versions) is None:
        raise EditConflict(_("Someone else edited this webhook while you were writing."))
    tx.record(WebhookChanged(organisation=webhook.organisation, subject=webhook.id))


async def rotate_secret(runtime: Runtime, tx: Transaction, webhook: Webhook, *, at_once: bool) -> Made:
    """A new secret. For a day everything is signed with the former ones as well, unless they end `at_once`."""
    secret = signing.new_secret()
    sealed = runtime.keys.seal(SEALED_AS, secret, bound_to=webhook.id)
    if at_once:
        await tx.execute(queries.REPLACE_SECRET, webhook.id, sealed)
    else:
        await tx.execute(queries.ROTATE, webhook.id, sealed, tx.now + FORMER_VALID, MOST_FORMER)
    tx.record(WebhookSecretRotated(organisation=webhook.organisation, subject=webhook.id))
    return Made(webhook.id, signing.shown(secret))


async def switch(tx: Transaction, webhook: Webhook, *, on: bool) -> None:
    """Switch a webhook on or off. What happened while it was off is not sent; what was waiting is."""
    if on == (webhook.disabled_at is None):
        return
    if on:
        await tx.execute(queries.ENABLE, webhook.id)
        await tx.execute(queries.MAKE_DUE, webhook.id, tx.now)
        await enqueue(tx, SEND, Sending(webhook.organisation))
    else:
        await tx.execute(queries.DISABLE, webhook.id, tx.now, BY_PERSON)
        await tx.execute(queries.PAUSE_ALL, webhook.id)
    tx.record(WebhookChanged(organisation=webhook.organisation, subject=webhook.id))


async def delete_webhook(tx: Transaction, webhook: Webhook) -> None:
    """Delete a webhook, with the log of what it sent."""
    await tx.execute(queries.DELETE, webhook.id)
    tx.record(WebhookDeleted(organisation=webhook.organisation, subject=webhook.id))


def _checked(runtime: Runtime, draft: Draft, kinds: Collection[str]) -> Draft:
    fields = Fields()
    url = fields.line("url", draft.url, most=LONGEST_URL, missing=_("Enter the address that receives the events."))
    if url and (wrong := what_is_wrong(url, secure=runtime.settings.strict)):
        fields.refuse("url", "invalid", wrong)
    elif url and runtime.part(Sender).refuses(urlsplit(url).hostname or ""):
        fields.refuse("url", "not_public", NOT_PUBLIC)
    description = fields.line("description", draft.description, most=LONGEST_DESCRIPTION, missing="")
    if unknown := sorted(set(draft.kinds) - set(kinds)):
        fields.refuse("kinds", "unknown", _("There is no kind of event called {name}.").format(name=unknown[0][:100]))
    fields.check()
    return Draft(url, description, sorted(set(draft.kinds)))


def what_is_wrong(url: str, *, secure: bool) -> str:
    """Why nothing can be sent to an address, "" if it can. Its host is looked at whenever something is sent."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _("This isn't a web address.")
    if not url.isascii() or not parts.hostname or any(letter.isspace() for letter in url):
        return _("This isn't a web address.")
    if parts.scheme not in ({"https"} if secure else {"https", "http"}):
        return _("Use an address that starts with https://.")
    if parts.username or parts.password:
        return _("Leave out the user name and password: everything is signed instead.")
    if parts.fragment:
        return _("Leave out the part after #.")
    if port is not None and port < FIRST_FREE_PORT and port not in {WEB, SECURE_WEB}:
        return _("Use port 443, or one from 1024 on.")
    return ""
