"""The modules combined: everything they declare, checked once at the start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from phoenix.kernel.actor import Actor, MembershipRecord
from phoenix.kernel.clock import Clock
from phoenix.kernel.data.database import Reader
from phoenix.kernel.module import (
    AccountSource,
    Banner,
    Card,
    Check,
    Credential,
    EmailSample,
    EventGroup,
    EventKind,
    FirstAction,
    Identity,
    ImpersonationPages,
    Job,
    MembershipSource,
    Module,
    Names,
    NavigationItem,
    NotificationChannel,
    NotificationKind,
    OrganisationData,
    Permission,
    SecurityNotice,
    SignInPages,
    Slot,
    Sources,
    Titles,
    WelcomeStep,
)
from phoenix.kernel.registry.fit import RegistryError, check_fit
from phoenix.kernel.registry.notices import about_security
from phoenix.kernel.runtime import Part, RecipientSource, Runtime, opened
from phoenix.settings import Settings, Variable, read_concern, variables, variables_of

__all__ = ["Registry", "RegistryError"]


class Registry:
    """All modules combined. Modules that do not fit together are refused when it is created."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self.modules = tuple(modules)
        check_fit(self.modules, self.variables)

    @cached_property
    def events(self) -> dict[str, EventKind]:
        return {kind.type.kind: kind for module in self.modules for kind in module.events}

    @cached_property
    def notifications(self) -> dict[str, NotificationKind]:
        """What people are notified of, by its name: what modules declare, and what is about the security of an account."""
        declared = {kind.name: kind for module in self.modules for kind in module.notifications}
        shown = {name: kind.activity for name, kind in self.events.items() if kind.activity is not None and kind.activity.notifies}
        return declared | {
            name: about_security(self.events[name], activity, self.sign_in.second_factor) for name, activity in shown.items()
        }

    @cached_property
    def optional_notifications(self) -> dict[str, NotificationKind]:
        """Those that people can switch off."""
        return {name: kind for name, kind in self.notifications.items() if not kind.security}

    @cached_property
    def channels(self) -> dict[str, NotificationChannel]:
        """By what people are notified besides the inbox and email."""
        return {channel.name: channel for module in self.modules for channel in module.channels}

    def offered_channels(self, settings: Settings) -> dict[str, NotificationChannel]:
        """Those of them that there are with these settings."""
        return {name: channel for name, channel in self.channels.items() if channel.is_offered(settings)}

    @cached_property
    def leaving(self) -> dict[str, tuple[str, ...]]:
        """The kinds of events with fields that only code of the last release reads, and these fields."""
        return {name: kind.leaving for name, kind in self.events.items() if kind.leaving}

    @cached_property
    def texts(self) -> list[tuple[str, str, str]]:
        """Kind of event, field, and `written` or `leaving`: everything that can be erased from what was recorded."""
        kinds = self.events.items()
        written = [(name, field, "written") for name, kind in kinds for field in kind.written]
        return written + [(name, field, "leaving") for name, kind in kinds for field in kind.leaving]

    @cached_property
    def jobs(self) -> dict[str, Job[Any]]:
        declared = [job for module in self.modules for job in module.jobs]
        of_channels = [replace(job, kind=job.kind.of(channel)) for job in declared if job.by_channel for channel in self.channels]
        return {job.kind.name: job for job in (*declared, *of_channels)}

    @cached_property
    def emails(self) -> dict[str, EmailSample]:
        """A sample of every email, by the name of its template."""
        return {email.template: email for module in self.modules for email in module.emails}

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        return tuple(check for module in self.modules for check in module.checks)

    @cached_property
    def permissions(self) -> dict[str, Permission]:
        return {permission.name: permission for module in self.modules for permission in module.permissions}

    @cached_property
    def only_for_changes(self) -> frozenset[str]:
        """Permissions that lead to nothing but changes, none of which can be made while an organisation is about to be deleted.

        A page counts as reading unless it is that of a form with the same permission.
        """
        routes = [route for module in self.modules for route in module.routes]
        changes = [route for route in routes if "GET" not in route.http_methods]
        forms = {(route.opt["rule"].may, route.opt.get("page")) for route in changes}
        reads = {
            route.opt["rule"].may
            for route in routes
            if "GET" in route.http_methods and (route.opt["rule"].may, min(route.paths)) not in forms
        }
        stay = {route.opt["rule"].may for route in changes if route.opt["rule"].while_closing}
        inside = {name for name, permission in self.permissions.items() if permission.scope == "organisation"}
        return frozenset(inside & {route.opt["rule"].may for route in changes}) - reads - stay

    @cached_property
    def scopes(self) -> dict[str, str]:
        """The permissions that an API key can have, with their descriptions: not those of which every route of the API is closed to keys."""
        rules = [route.opt["rule"] for module in self.modules for route in module.routes if min(route.paths).startswith("/api/")]
        closed = {rule.may for rule in rules if rule.sensitive} - {rule.may for rule in rules if not rule.sensitive}
        return {name: one.about for name, one in self.permissions.items() if one.scope == "organisation" and name not in closed}

    def with_implied(self, permissions: frozenset[str]) -> frozenset[str]:
        """These permissions and the ones they imply."""
        return permissions.union(*(self.permissions[name].implies for name in permissions if name in self.permissions))

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        return tuple(card for module in self.modules for card in module.cards)

    @cached_property
    def welcome(self) -> tuple[WelcomeStep, ...]:
        """The steps of the checklist, in order."""
        return tuple(sorted((step for module in self.modules for step in module.welcome), key=lambda step: step.order))

    @cached_property
    def event_groups(self) -> dict[str, EventGroup]:
        return {group.name: group for module in self.modules for group in module.event_groups}

    @cached_property
    def first_actions(self) -> tuple[FirstAction, ...]:
        return tuple(action for module in self.modules for action in module.first_actions)

    @cached_property
    def navigation(self) -> tuple[NavigationItem, ...]:
        return tuple(sorted((item for module in self.modules for item in module.navigation), key=lambda item: item.order))

    @cached_property
    def names(self) -> dict[str, Names]:
        return {names.prefix: names for module in self.modules for names in module.names}

    @cached_property
    def titles(self) -> dict[str, Titles]:
        return {titles.prefix: titles for module in self.modules for titles in module.titles}

    @cached_property
    def roles(self) -> dict[str, frozenset[str]]:
        """Organisation roles with the permissions that all modules give them."""
        names = dict.fromkeys(chain.from_iterable(module.roles for module in self.modules))
        return {role: frozenset[str]().union(*(module.roles.get(role, frozenset()) for module in self.modules)) for role in names}

    @cached_property
    def banners(self) -> tuple[Callable[[Actor], Banner | None], ...]:
        return tuple(banner for module in self.modules for banner in module.banners)

    @cached_property
    def organisation_banners(self) -> tuple[Callable[[Actor, MembershipRecord], Banner | None], ...]:
        return tuple(banner for module in self.modules for banner in module.organisation_banners)

    @cached_property
    def owned(self) -> dict[str, OrganisationData]:
        """What each module holds of organisations, by its name."""
        return {module.name: module.owned for module in self.modules if module.owned is not None}

    @cached_property
    def sign_in(self) -> SignInPages:
        """The pages for signing in; the front page if no module provides any."""
        return next((module.sign_in for module in self.modules if module.sign_in), SignInPages("/", "/", "/", "/"))

    @cached_property
    def impersonation(self) -> ImpersonationPages | None:
        return next((module.impersonation for module in self.modules if module.impersonation), None)

    @cached_property
    def sources(self) -> Sources:
        """The external origins of all modules that pages can load from."""
        all_ = [module.sources for module in self.modules if module.sources]
        return Sources(*(tuple(dict.fromkeys(chain.from_iterable(getattr(one, f) for one in all_))) for f in Sources.__slots__))

    @cached_property
    def asset_folders(self) -> dict[str, Path]:
        """The modules with styles or scripts, by name."""
        return {module.name: module.assets for module in self.modules if module.assets.is_dir()}

    @cached_property
    def template_folders(self) -> dict[str, Path]:
        """The modules with templates, by name."""
        return {module.name: module.templates for module in self.modules if module.templates.is_dir()}

    def opened(self, settings: Settings, *, clock: Clock | None = None, pool: int | None = None) -> AbstractAsyncContextManager[Runtime]:
        """The runtime of one process with the parts of all modules, including this registry.

        Raises SettingsError if a module cannot work with these settings.
        """
        self.check_settings(settings)
        ours = chain.from_iterable(module.parts for module in self.modules)
        parts = [Part(Registry, lambda _: nullcontext(self)), *self._settings_parts(settings), *ours]
        folders, to = self.template_folders, self.recipients
        texts = next((module.email_texts for module in self.modules if module.email_texts), None)
        return opened(settings, emails=folders, parts=parts, recipients=to, email_texts=texts, clock=clock, pool=pool)

    @cached_property
    def recipients(self) -> RecipientSource | None:
        return next((module.recipients for module in self.modules if module.recipients), None)

    @cached_property
    def accounts(self) -> AccountSource | None:
        return next((module.accounts for module in self.modules if module.accounts), None)

    @cached_property
    def identities(self) -> tuple[Identity, ...]:
        """How tokens are resolved to accounts, the longest prefix first."""
        found = (module.identity for module in self.modules if module.identity)
        return tuple(sorted(found, key=lambda identity: -len(identity.prefix)))

    def identity_of_token(self, token: str) -> Identity | None:
        return next((identity for identity in self.identities if token.startswith(identity.prefix)), None)

    def identity_of_record(self, id_: str) -> Identity | None:
        return next((identity for identity in self.identities if id_.startswith(identity.records)), None)

    @cached_property
    def credentials(self) -> tuple[Credential, ...]:
        return tuple(credential for module in self.modules for credential in module.credentials)

    @cached_property
    def notices(self) -> dict[str, SecurityNotice]:
        return {notice.name: notice for module in self.modules for notice in module.notices}

    def slots(self, page: str) -> tuple[Slot, ...]:
        """What modules add to a slot of a page, in order."""
        return self._slots.get(page, ())

    @cached_property
    def _slots(self) -> dict[str, tuple[Slot, ...]]:
        found = sorted((slot for module in self.modules for slot in module.slots), key=lambda slot: slot.order)
        return {page: tuple(slot for slot in found if slot.page == page) for page in {slot.page for slot in found}}

    def _settings_parts(self, settings: Settings) -> list[Part]:
        read = [
            read_concern(module.settings, settings.given, module.settings_prefix) for module in self.modules if module.settings is not None
        ]
        return [Part(type(values), lambda _, values=values: nullcontext(values)) for values in read]  # type: ignore[misc]

    def check_settings(self, settings: Settings) -> None:
        """Raises SettingsError, naming the first invalid variable of a module."""
        self._settings_parts(settings)
        for module in self.modules:
            if module.check is not None:
                module.check(settings)

    @cached_property
    def variables(self) -> list[tuple[str, Variable]]:
        """Every setting of Phoenix and its modules, with the name of its concern or module."""
        ours = [
            (module.name, v) for module in self.modules if module.settings for v in variables_of(module.settings, module.settings_prefix)
        ]
        return [*variables(), *ours]

    @cached_property
    def membership_source(self) -> MembershipSource | None:
        return next((module.memberships for module in self.modules if module.memberships), None)

    @cached_property
    def find_memberships(self) -> Callable[[Reader, str], Awaitable[Sequence[MembershipRecord]]]:
        """The memberships of an account; none if no module provides memberships."""
        return self.membership_source.finder(self.roles) if self.membership_source else _no_memberships


async def _no_memberships(_: Reader, __: str) -> Sequence[MembershipRecord]:
    return ()
