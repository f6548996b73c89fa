"""What the owner permits, as `phoenix db migrate` and `phoenix up` do from the settings."""

from __future__ import annotations

from phoenix.operations.permit import permit_retention
from phoenix.settings import InstallationSettings
from tests.harness import Harness


async def permit(harness: Harness, *, events: int = 0, audit: int = 0) -> None:
    """Permit to delete what is older than this many days; 0 permits nothing."""
    await permit_retention(harness.place.owner, InstallationSettings(events_keep=events, audit_keep=audit))
