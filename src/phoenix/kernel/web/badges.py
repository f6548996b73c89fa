"""The numbers beside navigation items, read for a page before its handler runs."""

from __future__ import annotations

from phoenix.kernel.web.application import AnyRequest, state_of


async def read_badges(request: AnyRequest) -> None:
    """Read the badges of whoever was admitted. Called while the request holds no connection: what is not cached takes one."""
    state = state_of(request.scope)
    actor = state.admission.actor if state.admission else None
    if actor is None or state.app.listener == "admin":
        return
    made = [item.badge for item in state.app.registry.navigation if item.badge is not None]
    state.badges = {badge.event: await badge.count(state.app.runtime, actor) for badge in made}
