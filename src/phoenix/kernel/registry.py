"""The fold over the modules: what all of them bring together, checked once at start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cached_property
from itertools import chain

from phoenix.kernel.actor import Seat
from phoenix.kernel.data.database import Reader
from phoenix.kernel.module import Card, EventKind, Identity, Job, Module, Names, NavigationItem, Permission


class RegistryError(Exception):
    """The modules do not fit together; the message names the two that clash or the need that is missing."""


class Registry:
    """All modules as one. Refuses duplicates and unknown needs when it is made."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self.modules = tuple(modules)
        self._check()

    @cached_property
    def events(self) -> dict[str, EventKind]:
        return {kind.type.kind: kind for module in self.modules for kind in module.events}

    @cached_property
    def jobs(self) -> dict[str, Job]:
        return {job.name: job for module in self.modules for job in module.jobs}

    @cached_property
    def permissions(self) -> dict[str, Permission]:
        return {permission.name: permission for module in self.modules for permission in module.permissions}

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        return tuple(card for module in self.modules for card in module.cards)

    @cached_property
    def navigation(self) -> tuple[NavigationItem, ...]:
        return tuple(sorted((item for module in self.modules for item in module.navigation), key=lambda item: item.order))

    @cached_property
    def names(self) -> dict[str, Names]:
        return {names.prefix: names for module in self.modules for names in module.names}

    @cached_property
    def roles(self) -> dict[str, frozenset[str]]:
        """Organisation roles with the permissions every module gives them."""
        names = dict.fromkeys(chain.from_iterable(module.roles for module in self.modules))
        return {role: frozenset[str]().union(*(module.roles.get(role, frozenset()) for module in self.modules)) for role in names}

    @cached_property
    def identity(self) -> Identity | None:
        return next((module.identity for module in self.modules if module.identity), None)

    @cached_property
    def find_seats(self) -> Callable[[Reader, str], Awaitable[Sequence[Seat]]]:
        """Where an account sits; nowhere, without a module that seats people."""
        seating = next((module.seating for module in self.modules if module.seating), None)
        return seating.finder(self.roles) if seating else _no_seats

    def _check(self) -> None:
        seen: set[str] = set()
        for module in self.modules:
            if module.name in seen:
                raise RegistryError(f"Two modules are called {module.name}.")
            for need in module.needs:
                if need not in seen:
                    raise RegistryError(f"Module {module.name} needs {need}, which is not among the modules before it.")
            seen.add(module.name)
        self._refuse_doubles("permission", (p.name for m in self.modules for p in m.permissions))
        self._refuse_doubles("event kind", (e.type.kind for m in self.modules for e in m.events))
        self._refuse_doubles("job", (j.name for m in self.modules for j in m.jobs))
        self._refuse_doubles("schedule", (s.name for m in self.modules for s in m.schedules))
        self._refuse_doubles("follower", (f.name for m in self.modules for f in m.followers))
        self._refuse_doubles("card", (c.name for m in self.modules for c in m.cards))
        self._refuse_doubles("id prefix", (n.prefix for m in self.modules for n in m.names))
        self._refuse_doubles("hot read", (h.path for m in self.modules for h in m.hot))
        self._refuse_doubles("command", (f"{c.group} {c.name}" for m in self.modules for c in m.commands))
        self._refuse_doubles("identity", ("identity" for m in self.modules if m.identity))
        self._refuse_doubles("seating", ("seating" for m in self.modules if m.seating))
        for module in self.modules:
            for role, permissions in module.roles.items():
                for platform in {name for name in permissions if name in self.permissions and self.permissions[name].scope == "platform"}:
                    raise RegistryError(
                        f"Module {module.name} gives role {role} the permission {platform}, which is for the whole platform."
                    )
                for unknown in permissions - set(self.permissions):
                    raise RegistryError(f"Module {module.name} gives role {role} the permission {unknown}, which no module declares.")
            for card in module.cards:
                if card.permission not in self.permissions:
                    raise RegistryError(f"Card {card.name} needs the permission {card.permission}, which no module declares.")

    @staticmethod
    def _refuse_doubles(what: str, names: Iterable[str]) -> None:
        doubles = [name for name, count in Counter(names).items() if count > 1]
        if doubles:
            raise RegistryError(f"Two modules bring the same {what}: {', '.join(sorted(doubles))}.")


async def _no_seats(_: Reader, __: str) -> Sequence[Seat]:
    return ()
