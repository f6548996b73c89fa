"""Choose what one is notified of, by which channel and when, and mute things."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import time

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import Conflict, FieldError, InvalidInput
from phoenix.kernel.language import _
from phoenix.kernel.module import NotificationChannel, NotificationKind
from phoenix.modules.notifications import choices
from phoenix.modules.notifications.choices import EMAIL, INBOX, Settings
from phoenix.modules.notifications.events import PreferencesChanged
from phoenix.modules.notifications.timing import Digest, due_at

DIGESTS: tuple[Digest, ...] = ("off", "daily", "weekly")
MOST_MUTES = 1000
LONGEST_THING = 40


class TooManyMutes(Conflict):
    code, title = "too_many_mutes", "You've muted too many things"
    sentence = "Unmute something first."


async def choose(
    tx: Transaction, account: str, kinds: Collection[str], chosen: Mapping[tuple[str, str], bool], *, others: Collection[str] = ()
) -> None:
    """Switch channels on or off, by kind and channel. `kinds` are those that there are, and `others` the channels besides the inbox and
    email. Raises InvalidInput for any other.
    """
    channels = {INBOX, EMAIL, *others}
    unknown = sorted({kind if kind not in kinds else channel for kind, channel in chosen if kind not in kinds or channel not in channels})
    if unknown:
        sentence = _("These kinds or channels don't exist: {names}").format(names=", ".join(unknown)[:200])
        raise InvalidInput(sentence, errors=(FieldError("kinds", "unknown", sentence),))
    if chosen:
        rows = [(kind, channel, is_on) for (kind, channel), is_on in sorted(chosen.items())]
        await tx.execute(choices.CHOOSE, account, *map(list, zip(*rows, strict=True)))
        tx.record(PreferencesChanged(subject=account))


async def set_schedule(tx: Transaction, account: str, *, digest: str, hour: int, quiet_from: time | None, quiet_until: time | None) -> None:
    """When one is reached outside Phoenix. Raises InvalidInput."""
    errors = []
    if digest not in DIGESTS:
        errors.append(FieldError("digest", "unknown", _("Choose one of: off, daily, weekly.")))
    if not 0 <= hour <= 23:
        errors.append(FieldError("hour", "out_of_range", _("Choose an hour from 0 to 23.")))
    if (quiet_from is None) != (quiet_until is None):
        errors.append(FieldError("quiet_until", "missing", _("Enter both times, or neither.")))
    elif quiet_from is not None and quiet_from == quiet_until:
        errors.append(FieldError("quiet_until", "same", _("Enter another time than the beginning, or leave both empty.")))
    if errors:
        raise InvalidInput(errors=tuple(errors))
    await tx.execute(choices.SCHEDULE, account, digest, hour, quiet_from, quiet_until)
    (now,) = await tx.all(choices.SETTINGS, [account])
    await tx.execute(choices.MOVE, account, due_at(tx.now, now.schedule, urgent=False))
    tx.record(PreferencesChanged(subject=account))


async def mute(tx: Transaction, account: str, thing: str) -> None:
    """Be notified of nothing more about a thing, except what is urgent. Does nothing if it is muted. Raises InvalidInput and Conflict."""
    if not 0 < len(thing) <= LONGEST_THING or not thing.isascii() or not thing.replace("_", "").isalnum():
        sentence = _("This is not the ID of anything that can be muted.")
        raise InvalidInput(sentence, errors=(FieldError("thing", "invalid", sentence),))
    if await tx.one(choices.COUNT_MUTES, account) >= MOST_MUTES:
        raise TooManyMutes
    if await tx.execute(choices.MUTE, account, thing, tx.now):
        tx.record(PreferencesChanged(subject=account))


async def unmute(tx: Transaction, account: str, thing: str) -> None:
    """Be notified of a thing again. Does nothing if it is not muted."""
    if await tx.execute(choices.UNMUTE, account, thing):
        tx.record(PreferencesChanged(subject=account))


async def unsubscribe(tx: Transaction, account: str, kinds: Collection[str]) -> None:
    """Receive no more emails of these kinds."""
    await choose(tx, account, kinds, {(kind, EMAIL): False for kind in kinds})


def is_on(kind: NotificationKind, settings: Settings, channel: str | NotificationChannel) -> bool:
    """Whether someone is reached by a channel about a kind: what they chose, or else what the kind says. Security is always in the inbox.

    Channels besides the inbox and email follow the inbox until they choose: a kind that is switched off there comes by none of them. One
    that is for what is urgent only brings nothing else until they choose, and of security nothing else ever.
    """
    if isinstance(channel, NotificationChannel):
        if channel.urgent_only and not kind.urgent:
            return not kind.security and settings.chosen(kind.name, channel.name) is True
        channel = channel.name
    if kind.security:
        return channel != EMAIL
    chosen = settings.chosen(kind.name, channel)
    if chosen is not None:
        return chosen
    return kind.email if channel == EMAIL else channel == INBOX or is_on(kind, settings, INBOX)
