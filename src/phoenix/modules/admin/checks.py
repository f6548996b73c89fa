"""Checks of the installation itself."""

from __future__ import annotations

from phoenix.kernel.module import Check
from phoenix.kernel.runtime import Runtime


async def _has_room(runtime: Runtime) -> str:
    return runtime.room.problem()


HAS_ROOM = Check("admin.room", "The disks have room left.", _has_room)
