"""The module contract: plain frozen values that the application, the worker and the command line combine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phoenix.kernel.module.channels import ChannelMessage, ChannelOutcome, ChannelReport, NotificationChannel, Reach
from phoenix.kernel.module.events import (
    ROLE,
    Activity,
    EventGroup,
    EventKind,
    Follower,
    LiveMessages,
    LiveSource,
    Newest,
    NotificationKind,
    Numbered,
    SocketRule,
)
from phoenix.kernel.module.owned import STAYS_IN_KERNEL, Counted, OrganisationData
from phoenix.kernel.module.pages import (
    Badge,
    Banner,
    Card,
    FirstAction,
    HotRead,
    ImpersonationPages,
    NavigationItem,
    SignInPages,
    Slot,
    Sources,
    WelcomeStep,
)
from phoenix.kernel.module.people import (
    AccountSource,
    Credential,
    Identity,
    MembershipSource,
    Names,
    Permission,
    PersonalData,
    SecurityNotice,
    Title,
    Titles,
)
from phoenix.kernel.module.work import Check, Command, EmailSample, Job, ListQuery, Metric, Schedule

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from phoenix.kernel.actor import Actor, MembershipRecord
    from phoenix.kernel.data.listed import Listed
    from phoenix.kernel.runtime import EmailTextSource, Part, RecipientSource
    from phoenix.settings import Settings

__all__ = [
    "ROLE",
    "STAYS_IN_KERNEL",
    "AccountSource",
    "Activity",
    "Badge",
    "Banner",
    "Card",
    "ChannelMessage",
    "ChannelOutcome",
    "ChannelReport",
    "Check",
    "Command",
    "Counted",
    "Credential",
    "EmailSample",
    "EventGroup",
    "EventKind",
    "FirstAction",
    "Follower",
    "HotRead",
    "Identity",
    "ImpersonationPages",
    "Job",
    "ListQuery",
    "LiveMessages",
    "LiveSource",
    "MembershipSource",
    "Metric",
    "Module",
    "Names",
    "NavigationItem",
    "Newest",
    "NotificationChannel",
    "NotificationKind",
    "Numbered",
    "OrganisationData",
    "Permission",
    "PersonalData",
    "Reach",
    "Schedule",
    "SecurityNotice",
    "SignInPages",
    "Slot",
    "SocketRule",
    "Sources",
    "Title",
    "Titles",
    "WelcomeStep",
]


@dataclass(frozen=True, slots=True)
class Module:
    """One module. Only `name`, `about` and `folder` are needed.

    `tables` belong to the module: every table belongs to exactly one. `settings` is a frozen dataclass of `setting()`
    fields, read from variables that start with PHOENIX_ and the module's name, and available from `runtime.part(…)`. `check`
    runs at every start, and raises SettingsError if the module cannot work with these settings. `places` are those on its pages
    that the slots of other modules fill. `owned` is what it holds of organisations. A module that `receives` shows what others declare; none of them may need it.
    """

    name: str
    about: str
    folder: Path
    needs: tuple[str, ...] = ()
    receives: bool = False
    tables: tuple[str, ...] = ()
    routes: tuple[HTTPRouteHandler, ...] = ()
    permissions: tuple[Permission, ...] = ()
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    events: tuple[EventKind, ...] = ()
    jobs: tuple[Job[Any], ...] = ()
    schedules: tuple[Schedule, ...] = ()
    followers: tuple[Follower, ...] = ()
    emails: tuple[EmailSample, ...] = ()
    lists: tuple[ListQuery | Listed[Any], ...] = ()
    event_groups: tuple[EventGroup, ...] = ()
    cards: tuple[Card, ...] = ()
    first_actions: tuple[FirstAction, ...] = ()
    navigation: tuple[NavigationItem, ...] = ()
    hot: tuple[HotRead, ...] = ()
    names: tuple[Names, ...] = ()
    titles: tuple[Titles, ...] = ()
    notifications: tuple[NotificationKind, ...] = ()
    channels: tuple[NotificationChannel, ...] = ()
    live: tuple[LiveMessages, ...] = ()
    live_sources: tuple[LiveSource, ...] = ()
    sockets: tuple[SocketRule, ...] = ()
    commands: tuple[Command, ...] = ()
    checks: tuple[Check, ...] = ()
    metrics: tuple[Metric, ...] = ()
    sources: Sources | None = None
    places: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    welcome: tuple[WelcomeStep, ...] = ()
    credentials: tuple[Credential, ...] = ()
    notices: tuple[SecurityNotice, ...] = ()
    accounts: AccountSource | None = None
    identity: Identity | None = None
    personal: PersonalData | None = None
    owned: OrganisationData | None = None
    check: Callable[[Settings], None] | None = None
    memberships: MembershipSource | None = None
    recipients: RecipientSource | None = None
    email_texts: EmailTextSource | None = None
    settings: type[Any] | None = None
    parts: tuple[Part, ...] = ()
    banners: tuple[Callable[[Actor], Banner | None], ...] = ()
    organisation_banners: tuple[Callable[[Actor, MembershipRecord], Banner | None], ...] = ()
    sign_in: SignInPages | None = None
    impersonation: ImpersonationPages | None = None

    @property
    def settings_prefix(self) -> str:
        """The prefix of its settings' variables."""
        return f"PHOENIX_{self.name.upper()}_"

    @property
    def assets(self) -> Path:
        """Styles and scripts as browsers get them, served under /assets/ and the module's name."""
        return self.folder / "assets"

    @property
    def templates(self) -> Path:
        return self.folder / "templates"

    @property
    def translations(self) -> Path:
        """Its catalogues, `de.po` and so on. Those of our own modules are all in src/phoenix/locale."""
        return self.folder / "locale"

    @property
    def migrations(self) -> Path:
        return self.folder / "migrations"
