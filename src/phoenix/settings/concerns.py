"""The settings for operators: one frozen dataclass per concern."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from phoenix.settings.declare import (
    PORT,
    at_least_or_never,
    between,
    bind,
    host_name,
    networks,
    one_of,
    origins,
    setting,
    with_scheme,
)

YEAR = 366 * 86_400

# Milliseconds. A commit is given up 5 s later at the latest, while the cache still treats its writes as in flight
# (IN_FLIGHT_SECONDS): with a longer statement, readers could use stale values.
LONGEST_STATEMENT = 35_000


@dataclass(frozen=True, slots=True)
class InstallationSettings:
    """Where Phoenix runs and stores its files."""

    environment: str = setting(
        "ENVIRONMENT",
        "development",
        "`development`, `test`, `staging` or `production`. The last two refuse to start on weak secrets and have no local mailbox.",
        one_of("development", "test", "staging", "production"),
    )
    data: Path = setting(
        "DATA",
        Path("data"),
        "Folder for the embedded PostgreSQL and Valkey, the secrets created at the first start, and files of running processes.",
    )
    disk_folders: tuple[str, ...] = setting(
        "DISK_FOLDERS",
        (),
        "Other folders whose disks are watched, separated by commas, such as that of your own PostgreSQL on this machine.",
    )
    disk_warn: int = setting(
        "DISK_WARN", 2048, "Megabytes left on a watched disk below which administrators are warned; 0 for never.", between(0, 1_000_000_000)
    )
    disk_refuse: int = setting(
        "DISK_REFUSE",
        256,
        "Megabytes left on a watched disk below which nothing can be saved, except by staff; 0 for never.",
        between(0, 1_000_000_000),
    )
    events_keep: int = setting(
        "EVENTS_KEEP",
        0,
        "Days after which events are deleted, from the feed too; 0 for never, otherwise at least 31.",
        at_least_or_never(31),
    )
    audit_keep: int = setting(
        "AUDIT_KEEP",
        0,
        "Days after which whole months of the audit log are moved to files in the data folder; 0 for never, otherwise at least 31.",
        at_least_or_never(31),
    )
    modules: tuple[str, ...] = setting(
        "MODULES",
        (),
        "Modules of other packages, as package.module:NAME, separated by commas. Default: those that installed packages declare.",
    )
    demo: bool = setting("DEMO", False, "Fill an empty database with demo people and entries.")


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The public listener."""

    host: str = setting("HOST", "127.0.0.1", "Address the public listener binds to.")
    port: int = setting("PORT", 8000, "Port of the public listener.", between(1, 65_535))
    workers: int = setting("WORKERS", 1, "Web worker processes.", between(1, 1024))
    domain: str = setting(
        "DOMAIN", "", "Public host name. When set, Caddy is put in front with a certificate by ACME, on ports 80 and 443.", host_name
    )
    acme_directory: str = setting(
        "ACME_DIRECTORY", "", "ACME directory URL other than Let's Encrypt's, for a private authority.", with_scheme("https", "http")
    )
    public_url: str = setting(
        "PUBLIC_URL",
        "",
        "Address people use, for links in emails. Default: from the domain, or from host and port.",
        with_scheme("https", "http"),
    )
    trusted_proxies: tuple[str, ...] = setting(
        "TRUSTED_PROXIES", (), "Networks whose X-Forwarded-For and X-Forwarded-Proto headers are trusted, separated by commas.", networks
    )
    cors_origins: tuple[str, ...] = setting(
        "CORS_ORIGINS", (), "Exact origins that may call the API from a browser, separated by commas. None by default.", origins
    )
    static: Path = setting("STATIC", Path(__file__).parents[1] / "static", "Folder of the bundled styles and scripts.")


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """PostgreSQL."""

    url: str = setting(
        "DATABASE_URL",
        "",
        "PostgreSQL to use instead of the embedded one, as postgresql://user:password@host:port/name.",
        with_scheme("postgresql", "postgres"),
        secret=True,
    )
    owner_url: str = setting(
        "DATABASE_OWNER_URL",
        "",
        "PostgreSQL address with the right to change tables, used only for migrations. Default: DATABASE_URL.",
        with_scheme("postgresql", "postgres"),
        secret=True,
    )
    pool: int = setting("DATABASE_POOL", 10, "Largest number of connections of each process.", between(2, 1000))
    statement_timeout: int = setting(
        "STATEMENT_TIMEOUT", 10_000, "Milliseconds after which a statement is cancelled.", between(100, LONGEST_STATEMENT)
    )
    lock_timeout: int = setting("LOCK_TIMEOUT", 3_000, "Milliseconds a statement waits for a lock.", between(10, 600_000))


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """Valkey or Redis, and the layer in each process."""

    url: str = setting(
        "CACHE_URL",
        "",
        "Valkey or Redis to use instead of the embedded one, as redis://host:port/0.",
        with_scheme("redis", "rediss", "valkey", "valkeys"),
        secret=True,
    )
    nodes: str = setting(
        "NODES",
        "one",
        "`one`: every process runs on this machine and generations live in shared memory. `many`: generations live in Valkey.",
        one_of("one", "many"),
    )
    local_entries: int = setting("CACHE_LOCAL_ENTRIES", 20_000, "Values each process keeps in its own memory.", between(0, 100_000_000))


@dataclass(frozen=True, slots=True)
class SecretSettings:
    """Key material. Made at first start in development, required in staging and production."""

    key: str = setting(
        "SECRET_KEY",
        "",
        "Master secret, at least 32 characters; every other key is derived from it. A different one in each environment.",
        secret=True,
    )


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How long a sign-in lasts, in seconds."""

    idle: int = setting("SESSION_IDLE", 2 * 3600, "Seconds without a request after which a session ends.", between(60, YEAR))
    absolute: int = setting("SESSION_ABSOLUTE", 24 * 3600, "Seconds after which a session ends in any case.", between(60, YEAR))
    remember_idle: int = setting("SESSION_REMEMBER_IDLE", 30 * 86400, "As SESSION_IDLE, with “Keep me signed in”.", between(60, YEAR))
    remember_absolute: int = setting(
        "SESSION_REMEMBER_ABSOLUTE", 90 * 86400, "As SESSION_ABSOLUTE, with “Keep me signed in”.", between(60, YEAR)
    )
    access_token: int = setting(
        "ACCESS_TOKEN", 900, "Seconds for which an API access token is valid before it must be refreshed; at most 900.", between(60, 900)
    )
    reauthenticate_within: int = setting(
        "PROVE_AGAIN", 900, "Seconds after signing in for which sensitive actions need no re-authentication.", between(60, 86_400)
    )
    impersonation: int = setting(
        "IMPERSONATION", 1800, "Seconds for which staff can impersonate a person; at most 1800.", between(60, 1800)
    )


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """Accounts and sign-in."""

    providers: str = setting(
        "PROVIDERS",
        "",
        "Identity providers people can sign in with, as a JSON list; see docs/providers.md. It holds secrets, so use PROVIDERS_FILE instead.",
        secret=True,
    )
    second_factor_for: str = setting(
        "SECOND_FACTOR_FOR",
        "",
        "Who must have a second factor: `nobody`, `staff` or `everybody`. People who have none set one up before anything else. Default: `staff` in staging and production, `nobody` elsewhere.",
        one_of("", "nobody", "staff", "everybody"),
    )
    breached_passwords: str = setting(
        "BREACHED_PASSWORDS",
        "",
        "Address of a password range look-up such as https://api.pwnedpasswords.com/range/; five characters of a hash are sent. Empty: off.",
        with_scheme("https", "http"),
    )
    captcha_check: str = setting(
        "CAPTCHA_CHECK",
        "",
        "Address that checks CAPTCHA answers (Turnstile, hCaptcha and reCAPTCHA are supported). Empty: off.",
        with_scheme("https", "http"),
    )
    captcha_secret: str = setting("CAPTCHA_SECRET", "", "Secret for that address.", secret=True)
    captcha_script: str = setting("CAPTCHA_SCRIPT", "", "Script that shows the CAPTCHA.", with_scheme("https", "http"))
    captcha_site_key: str = setting("CAPTCHA_SITE_KEY", "", "Public key of the site for that script.")
    deletion_grace: int = setting(
        "DELETION_GRACE", 14, "Days between requesting the deletion of an account and the deletion.", between(0, 365)
    )


@dataclass(frozen=True, slots=True)
class AdminSettings:
    """The admin panel, on its own listener."""

    bind: str = setting(
        "ADMIN_BIND",
        "127.0.0.1:0",
        "Address and port of the admin panel, such as the VPN's 10.8.0.1:8443. Port 0: the public port plus 20.",
        bind,
    )
    url: str = setting("ADMIN_URL", "", "Address staff use for it. Default: http:// and ADMIN_BIND.", with_scheme("https", "http"))
    networks: tuple[str, ...] = setting(
        "ADMIN_NETWORKS",
        ("127.0.0.0/8", "::1/128"),
        "Networks the admin panel answers to, separated by commas; all others are refused.",
        networks,
    )
    access_review_days: int = setting(
        "ACCESS_REVIEW_DAYS", 90, "Days after which the next review of who has access is due. 0: never.", between(0, 3650)
    )

    @property
    def host(self) -> str:
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.bind.rpartition(":")[2])

    @property
    def origin(self) -> str:
        """The origin that staff use, without a trailing slash."""
        return self.url.rstrip("/") or f"http://{self.bind}"


@dataclass(frozen=True, slots=True)
class RealtimeSettings:
    """Sockets."""

    processes: int = setting("REALTIME_PROCESSES", 1, "Processes that serve sockets, on one port.", between(1, 64))
    port: int = setting("REALTIME_PORT", 0, "Port of the sockets. 0: the public port plus 10.", PORT)
    url: str = setting(
        "REALTIME_URL", "", "Address browsers open sockets to, where it is not the page's own.", with_scheme("https", "http", "ws", "wss")
    )
    authenticate_within: int = setting(
        "REALTIME_AUTHENTICATE", 10, "Seconds after which a socket is closed if nobody has signed in on it.", between(1, 300)
    )
    per_network: int = setting(
        "REALTIME_PER_NETWORK",
        500,
        "Sockets that a client address (for IPv6: a /64 network) can have open in each process.",
        between(1, 1_000_000),
    )
    per_account: int = setting("REALTIME_PER_ACCOUNT", 50, "Sockets that an account can have open in each process.", between(1, 10_000))
