"""Places on a page that other modules fill."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from phoenix.kernel.web.call import Call


@dataclass(frozen=True, slots=True)
class Filled:
    """What a module put into a slot of a page: the template to include, and the context it finds as `slot`."""

    template: str
    context: SimpleNamespace


async def fill(call: Call, page: str) -> list[Filled]:
    """What the modules put into a place on this page, in order."""
    # Not a dictionary: in a template `slot.keys` would be its method.
    return [Filled(slot.template, SimpleNamespace(**await slot.load(call))) for slot in call.registry.slots(page)]
