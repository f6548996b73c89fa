"""Slots: places on a page that other modules fill."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from phoenix.kernel.web.call import Call


@dataclass(frozen=True, slots=True)
class Filled:
    """What a module adds to a slot of a page: the template to include, and its context, available as `slot`."""

    template: str
    context: SimpleNamespace


async def fill(call: Call, page: str) -> list[Filled]:
    """What the modules add to a slot of this page, in order."""
    # Not a dictionary: in a template, `slot.keys` would be its method.
    return [Filled(slot.template, SimpleNamespace(**await slot.load(call))) for slot in call.registry.slots(page)]
