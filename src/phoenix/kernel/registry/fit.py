"""Whether the modules fit together: no two declare the same, and everything that one names is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from string import Formatter
from typing import Any

from phoenix.kernel.module import EventKind, Module, NotificationKind
from phoenix.settings import Variable

# Of the fields of an event, the feed reads its subject and what is in its data; the organisation is the one that is looked at.
NOT_SHOWN = frozenset({"organisation"})


class RegistryError(Exception):
    """The modules do not fit together; the message names the module, what is wrong with it, and how to fix it."""


def check_fit(modules: Sequence[Module], variables: Sequence[tuple[str, Variable]]) -> None:
    """Raises RegistryError for the first thing that does not fit. `variables` are all settings, with whose they are."""
    _check_needs(modules)
    for what, found in _declared(modules, variables).items():
        _refuse_doubles(what, found)
    permissions = {permission.name: permission for module in modules for permission in module.permissions}
    places = {place for module in modules for place in module.places}
    groups = {group.name for module in modules for group in module.event_groups}
    for module in modules:
        for what, name in _asked_for(module):
            if name not in permissions:
                raise RegistryError(f"Module {module.name} {what} {name}, which no module declares. Declare it, or correct the name.")
        for role, names in module.roles.items():
            for name in sorted(names):
                if permissions[name].scope == "platform":
                    raise RegistryError(
                        f"Module {module.name} gives role {role} the permission {name}, which is for the whole platform. Remove it from roles."
                    )
        for slot in module.slots:
            if slot.page not in places:
                raise RegistryError(
                    f"Module {module.name} fills the place {slot.page}, which no module offers. "
                    f"Use one of: {', '.join(sorted(places)) or 'none is offered'}."
                )
        for kind in module.events:
            _check_event(module, kind, groups)
        for notification in module.notifications:
            _check_notification(module, notification)
        _check_owned(module)


def _check_needs(modules: Sequence[Module]) -> None:
    seen: set[str] = set()
    receivers = {module.name for module in modules if module.receives}
    for module in modules:
        if module.name in seen:
            raise RegistryError(f"Two modules are called {module.name}. Rename one of them.")
        for need in module.needs:
            if need not in seen:
                raise RegistryError(
                    f"Module {module.name} needs {need}, which is not among the modules before it. Put {need} before it, or remove the need."
                )
            if need in receivers:
                raise RegistryError(
                    f"Module {module.name} needs {need}, which only receives what other modules declare. Remove {need} from needs."
                )
        seen.add(module.name)


def _declared(modules: Sequence[Module], variables: Sequence[tuple[str, Variable]]) -> dict[str, Iterable[tuple[str, Any]]]:
    """What only one module may declare, each with the module that does."""
    return {
        "permission": ((m.name, p.name) for m in modules for p in m.permissions),
        "event kind": ((m.name, e.type.kind) for m in modules for e in m.events),
        "notification": ((m.name, n.name) for m in modules for n in m.notifications),
        "notification channel": ((m.name, c.name) for m in modules for c in m.channels),
        "live source": ((m.name, s.name) for m in modules for s in m.live_sources),
        "event group": ((m.name, g.name) for m in modules for g in m.event_groups),
        "job": ((m.name, j.kind.name) for m in modules for j in m.jobs),
        "sample of an email": ((m.name, e.template) for m in modules for e in m.emails),
        "schedule": ((m.name, s.name) for m in modules for s in m.schedules),
        "follower": ((m.name, f.name) for m in modules for f in m.followers),
        "card": ((m.name, c.name) for m in modules for c in m.cards),
        "step of the checklist": ((m.name, s.name) for m in modules for s in m.welcome),
        "id prefix": ((m.name, n.prefix) for m in modules for n in m.names),
        "id prefix of titles": ((m.name, n.prefix) for m in modules for n in m.titles),
        "hot read": ((m.name, h.path) for m in modules for h in m.hot),
        "command": ((m.name, f"{c.group} {c.name}") for m in modules for c in m.commands),
        "setting": ((owner, variable.name) for owner, variable in variables),
        "check": ((m.name, c.name) for m in modules for c in m.checks),
        "metric": ((m.name, c.name) for m in modules for c in m.metrics),
        # The type itself: those of two modules may have the same name.
        "part": ((m.name, kind) for m in modules for kind in (*(p.kind for p in m.parts), *([m.settings] if m.settings else []))),
        "table": ((m.name, table) for m in modules for table in m.tables),
        "place": ((m.name, place) for m in modules for place in m.places),
        "prefix of tokens": ((m.name, m.identity.prefix or "(any)") for m in modules if m.identity),
        "credential": ((m.name, c.name) for m in modules for c in m.credentials),
        "security notice": ((m.name, n.name) for m in modules for n in m.notices),
        "source of accounts": ((m.name, "accounts") for m in modules if m.accounts),
        "sign-in pages": ((m.name, "sign_in") for m in modules if m.sign_in),
        "impersonation pages": ((m.name, "impersonation") for m in modules if m.impersonation),
        "source of recipients": ((m.name, "recipients") for m in modules if m.recipients),
        "source of texts of emails": ((m.name, "email_texts") for m in modules if m.email_texts),
        "memberships": ((m.name, "memberships") for m in modules if m.memberships),
    }


def _refuse_doubles(what: str, found: Iterable[tuple[str, Any]]) -> None:
    owners: dict[Any, str] = {}
    for owner, value in found:
        if value in owners:
            name = f"{value.__module__}.{value.__qualname__}" if isinstance(value, type) else value
            who = f"Module {owner} twice brings" if owners[value] == owner else f"Modules {owners[value]} and {owner} bring"
            raise RegistryError(f"{who} the same {what}: {name}. Rename or remove one of them.")
        owners[value] = owner


def _asked_for(module: Module) -> Iterator[tuple[str, str]]:
    """The permissions that a module names, each after what it does with it."""
    for role, names in module.roles.items():
        yield from ((f"gives role {role} the permission", name) for name in sorted(names))
    for permission in module.permissions:
        yield from ((f"lets {permission.name} imply the permission", name) for name in permission.implies)
    for card in module.cards:
        yield f"shows the card {card.name} to those with the permission", card.permission
    for step in module.welcome:
        if step.permission:
            yield f"shows the step {step.name} to those with the permission", step.permission
    for action in module.first_actions:
        yield f"offers the first action “{action.label}” to those with the permission", action.permission
    for item in module.navigation:
        if item.permission:
            yield f"shows “{item.label}” in the navigation to those with the permission", item.permission
    for kind in module.events:
        if kind.permission:
            yield f"shows the event {kind.type.kind} to those with the permission", kind.permission


def _check_owned(module: Module) -> None:
    """What a module deletes of organisations is its own: nobody deletes what another declares."""
    if module.owned is None:
        return
    if module.owned.tables and module.owned.delete is None:
        raise RegistryError(
            f"Module {module.name} holds tables of organisations in owned, but does not say how to delete their rows. Set delete."
        )
    for table in (*module.owned.tables, *module.owned.stays):
        if table not in module.tables:
            raise RegistryError(
                f"Module {module.name} names {table} in owned, which is not among its tables. Add it to tables, or remove it."
            )


def _check_notification(module: Module, kind: NotificationKind) -> None:
    if kind.many and ("count" not in _holes(kind.many) or not kind.thing):
        raise RegistryError(
            f"Module {module.name} declares the notification {kind.name}, whose many is for several about one thing. "
            "Say {count} in it, and name the thing."
        )


def _check_event(module: Module, kind: EventKind, groups: set[str]) -> None:
    event = f"Module {module.name} declares the event {kind.type.kind}"
    if kind.group and kind.group not in groups:
        raise RegistryError(
            f"{event}, which is in the group {kind.group}, which no module declares. Add an EventGroup, or correct the name."
        )
    fields = set(kind.type.__struct_fields__) - NOT_SHOWN
    for what, names in (
        ("ids name", kind.ids),
        ("reasons in holds name", kind.holds),
        ("written name", kind.written),
        ("leaving name", kind.leaving),
    ):
        for name in names:
            if name not in fields:
                raise RegistryError(f"{event}, whose {what} {name}, which is no field of it. Use one of: {', '.join(sorted(fields))}.")
    for what, message, known in (
        ("summary", kind.summary, fields | {"actor", *kind.texts}),
        ("link", kind.link, fields | {"actor", "organisation"}),
    ):
        for name in _holes(message):
            if name not in known:
                raise RegistryError(
                    f"{event}, whose {what} names {{{name}}}, which is no field of it. Use one of: {', '.join(sorted(known))}."
                )


def _holes(message: str) -> Iterator[str]:
    return (name for _text, name, _spec, _conversion in Formatter().parse(message) if name)
