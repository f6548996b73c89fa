"""The installation already running on this machine: commands in a second terminal use what `phoenix up` has started."""

from __future__ import annotations

from dataclasses import replace

from phoenix.embedded.postgres.server import Postgres
from phoenix.embedded.valkey import running_url
from phoenix.settings import Settings, SettingsError


def with_what_runs(settings: Settings) -> Settings:
    """The settings, completed with the addresses and secret of the installation that runs in the data folder.

    Raises SettingsError if they name no database and none runs there.
    """
    if settings.database.url:
        return settings
    data = settings.installation.data
    server = Postgres(data)
    if not server.find():
        raise SettingsError(
            f"PHOENIX_DATABASE_URL is missing, and no Phoenix runs in {data.resolve()}. "
            "Set it to the PostgreSQL of your Phoenix, or start one here with `phoenix up` and name its folder in PHOENIX_DATA."
        )
    key = data / "secret_key"
    secrets = settings.secrets
    if not secrets.key and key.exists():
        secrets = replace(secrets, key=key.read_text(encoding="ascii").strip())
    return replace(
        settings,
        database=replace(settings.database, url=server.application_url(), owner_url=settings.database.owner_url or server.url),
        cache=replace(settings.cache, url=settings.cache.url or running_url(data)),
        secrets=secrets,
    )
