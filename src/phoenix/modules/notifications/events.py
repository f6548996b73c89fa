"""Events of inboxes: what one device did with them, for all others of the person."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class NotificationsRead(Event, frozen=True, kw_only=True, kind="notifications.read"):
    """The subject marked notifications as read, or as unread."""


class PreferencesChanged(Event, frozen=True, kw_only=True, kind="notifications.preferences_changed"):
    """The subject chose what they are notified of, how, or when; or muted or unmuted something."""


class InboxChanged(Event, frozen=True, kw_only=True, kind="notifications.inbox_changed"):
    """What the subject may see of their inbox has changed, since they joined or left an organisation, or it was deleted."""


class NotificationsArchived(Event, frozen=True, kw_only=True, kind="notifications.archived"):
    """The subject archived notifications, or what they were about is gone."""
